//! Sign-in with a code that a person types on another device.

use axum::http::Method;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::json;

use super::{
    EntraError,
    form::Form,
    scopes,
    sessions::{Device, DeviceState},
};
use crate::{
    reply::{self, Outcome},
    server::Asked,
    world::World,
};

const LIFETIME_MINUTES: i64 = 15;

/// Answers `/{tenant}/oauth2/v2.0/devicecode`.
pub(super) fn begin(world: &World, asked: &Asked, tenant: &str) -> Outcome {
    let form = Form::of_body(asked);
    let app = form.get("client_id").unwrap_or_default();
    let begun = try_begin(world, asked, tenant, &form);
    begun.unwrap_or_else(|error| error.answer(world, app, tenant).into())
}

fn try_begin(
    world: &World,
    asked: &Asked,
    tenant: &str,
    form: &Form,
) -> Result<Outcome, EntraError> {
    if asked.method != Method::POST {
        return Err(EntraError::about(900_561, asked.method.as_str()));
    }
    super::check_tenant(world, tenant, false)?;
    super::check_app(world, form.need("client_id")?)?;
    let wanted = scopes::read_scopes(world, form.get("scope"))?;
    let device_code = format!("DAQABIQEAAAA{}", world.make_text(200));
    let user_code = world.make_text(9).to_uppercase();
    let expires = world
        .clock
        .now()
        .checked_add(LIFETIME_MINUTES.minutes())
        .unwrap_or(Timestamp::MAX);
    let interval = world.options.device_interval;
    let page = format!("{}/device", world.login_graph_url);
    let body = json!({
        "user_code": user_code,
        "device_code": device_code,
        "verification_uri": page,
        "expires_in": SignedDuration::from_mins(LIFETIME_MINUTES).as_secs(),
        "interval": interval.as_secs(),
        "message": format!("To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate."),
    });
    let device = Device {
        user_code,
        wanted,
        expires,
        asked_at: None,
        interval,
        state: DeviceState::Pending,
    };
    world.live().sessions.devices.insert(device_code, device);
    Ok(reply::json(200, &body).into())
}

/// Answers `/device`: the page where the code is typed.
pub(super) fn page(world: &World, asked: &Asked) -> Outcome {
    if asked.method != Method::POST {
        let form = "<form method=\"post\"><label>Code <input name=\"code\" autofocus></label> \
                    <button name=\"answer\" value=\"continue\">Continue as Adele</button> \
                    <button name=\"answer\" value=\"cancel\">Cancel</button></form>";
        return reply::html(200, "Enter code to allow access", form).into();
    }
    let form = Form::of_body(asked);
    let approved = form.get("answer") != Some("cancel");
    let code = form.get("code").unwrap_or_default();
    let known = world.live().sessions.settle_device(code, approved);
    let (status, text) = match (known, approved) {
        (true, true) => (200, "You have signed in. You may now close this window."),
        (true, false) => (200, "You have declined. You may now close this window."),
        (false, _) => (400, "That code didn't work. Check the code and try again."),
    };
    reply::html(
        status,
        "Enter code to allow access",
        &format!("<p>{text}</p>"),
    )
    .into()
}
