//! The OpenAPI document: made from the handlers, with what holds for all of them added once.

use utoipa::{
    OpenApi,
    openapi::{
        Components, ContentBuilder, HeaderBuilder, HttpMethod, OpenApi as Document, Ref, RefOr,
        Response, ResponseBuilder,
        path::{Operation, ParameterBuilder, ParameterIn, PathItem},
        schema::{ObjectBuilder, SchemaType, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use super::problems::ProblemDocument;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "exmetrics",
        description = "Microsoft 365 usage figures, kept for ever: accounts, DataSets, runs and rows.\n\n\
            Send a token in `Authorization: Bearer TOKEN`; an administrator makes tokens in Settings. A \
            token has a scope: `read` looks, `run` also runs DataSets, `admin` also changes what there is.\n\n\
            Lists come page by page: follow `next`. What is not known, a parameter or a field, is refused \
            by name. Whatever fails is answered with a problem document (RFC 9457).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "reports", description = "The catalogue"),
        (name = "accounts", description = "The credentials for one tenant each"),
        (name = "datasets", description = "Named, versioned tables, each fed by one report"),
        (name = "rows", description = "What the tables hold"),
        (name = "runs", description = "What ran, and how it ended"),
        (name = "service", description = "The service itself")
    ),
    components(schemas(ProblemDocument))
)]
pub(super) struct Base;

const TOKEN: &str = "token";

/// The problems that any request may meet.
const ALWAYS: [(u16, &str); 9] = [
    (400, "The request cannot be read"),
    (401, "Nobody is signed in, or the token is not valid"),
    (403, "The token's scope is not enough"),
    (404, "What was asked for is not there"),
    (
        409,
        "It is not possible as things stand: a name is taken, a run is under way",
    ),
    (422, "Something that was given is wrong, or not known"),
    (429, "Too much at once"),
    (500, "Our own fault; the log says more"),
    (503, "The control database is busy"),
];
const STALE: (u16, &str) = (412, "It was changed meanwhile");
const BODY: [(u16, &str); 2] = [
    (413, "The body is too large"),
    (415, "The body is not JSON"),
];

/// Adds what holds for all requests.
pub(super) fn complete(mut document: Document) -> Document {
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let components = document.components.get_or_insert_with(Components::new);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token from Settings"))
        .build();
    components.add_security_scheme(TOKEN, SecurityScheme::Http(bearer));
    let token = SecurityRequirement::new(TOKEN, Vec::<String>::new());
    document.security = Some(vec![token]);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            complete_operation(path, &method, operation);
        }
    }
    document
}

fn operations(item: &mut PathItem) -> Vec<(HttpMethod, &mut Operation)> {
    let all = [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Patch, &mut item.patch),
        (HttpMethod::Delete, &mut item.delete),
    ];
    let known = all.into_iter().filter_map(|(method, operation)| {
        let operation = operation.as_mut()?;
        Some((method, operation))
    });
    known.collect()
}

fn complete_operation(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let mut problems: Vec<(u16, &str)> = ALWAYS.to_vec();
    if operation.request_body.is_some() || *method == HttpMethod::Post {
        problems.extend(BODY);
    }
    let takes = |operation: &Operation, name: &str| {
        let parameters = operation.parameters.iter().flatten();
        parameters
            .into_iter()
            .any(|one| matches!(one, RefOr::T(one) if one.name == name))
    };
    if takes(operation, "If-Match") {
        problems.push(STALE);
    }
    // A question makes nothing that could be made twice.
    if *method == HttpMethod::Post && path != "/api/v1/query" {
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .description(Some(
                "A word of your own for this request. Sent again within 24 hours under the same word, it \
                 does nothing again and is answered as before.",
            ))
            .schema(Some(
                ObjectBuilder::new()
                    .schema_type(SchemaType::Type(Type::String))
                    .pattern(Some("^[!-~]+$"))
                    .min_length(Some(1))
                    .max_length(Some(255)),
            ))
            .build();
        operation
            .parameters
            .get_or_insert_with(Vec::new)
            .push(RefOr::T(key));
    }
    for (status, description) in problems {
        let known = &mut operation.responses.responses;
        known
            .entry(status.to_string())
            .or_insert_with(|| RefOr::T(problem(status, description)));
    }
}

fn problem(status: u16, description: &str) -> Response {
    let schema = Ref::from_schema_name("ProblemDocument");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let mut response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content);
    let header = |what: &str| HeaderBuilder::new().description(Some(what)).build();
    response = match status {
        401 => response.header("WWW-Authenticate", header("How to sign in")),
        429 | 503 => response.header("Retry-After", header("How long to wait, in seconds")),
        _ => response,
    };
    response.build()
}
