//! The words of the other rooms as the document lists them. What is sent and read is theirs; a test holds
//! the two together.

#![expect(dead_code, reason = "they are read by the document alone")]

use utoipa::ToSchema;

/// A calendar date: `2026-11-01`.
#[derive(ToSchema)]
#[schema(value_type = String, format = Date)]
pub(super) struct Day(String);

/// How rows enter a table.
#[derive(ToSchema)]
#[schema(as = UpdateMethod, rename_all = "lowercase")]
pub(super) enum UpdateWord {
    Replace,
    Append,
    Upsert,
    Partition,
}

/// Which cloud a tenant lives in.
#[derive(ToSchema)]
#[schema(as = CloudName, rename_all = "kebab-case")]
pub(super) enum CloudWord {
    Global,
    UsGov,
    UsGovDod,
    China,
    Custom,
}

/// What one reply of a report is made of.
#[derive(ToSchema)]
#[schema(as = Grain, rename_all = "lowercase")]
pub(super) enum GrainWord {
    Detail,
    Trend,
    Summary,
    Current,
}

/// How an account signs in.
#[derive(ToSchema)]
#[schema(as = SignIn, rename_all = "snake_case")]
pub(super) enum SignInWord {
    ClientSecret,
    Certificate,
    FederatedToken,
    Browser,
    Device,
}

/// How the last sign-in or check of an account went.
#[derive(ToSchema)]
#[schema(as = AccountState, rename_all = "snake_case")]
pub(super) enum AccountWord {
    Unchecked,
    Ok,
    Failed,
}

/// How a check went.
#[derive(ToSchema)]
#[schema(as = CheckState, rename_all = "lowercase")]
pub(super) enum CheckWord {
    Ok,
    Warning,
    Failed,
}

/// How a DataSet stands.
#[derive(ToSchema)]
#[schema(as = DataSetState, rename_all = "snake_case")]
pub(super) enum StandingWord {
    UpToDate,
    Late,
    Failing,
    NeverRun,
}

/// What is known of a day.
#[derive(ToSchema)]
#[schema(as = CoverageState, rename_all = "lowercase")]
pub(super) enum CoverageWord {
    Published,
    Empty,
    Awaiting,
    Failed,
    Expired,
}

/// How a run, or an account within a run, stands.
#[derive(ToSchema)]
#[schema(as = RunState, rename_all = "lowercase")]
pub(super) enum RunWord {
    Queued,
    Running,
    Succeeded,
    Partial,
    Failed,
    Cancelled,
}

/// How a request of a run stands.
#[derive(ToSchema)]
#[schema(as = RequestState, rename_all = "lowercase")]
pub(super) enum RequestWord {
    Pending,
    Done,
    Failed,
}

/// What a token may do; each includes those before it.
#[derive(ToSchema)]
#[schema(as = Scope, rename_all = "lowercase")]
pub(super) enum ScopeWord {
    Read,
    Run,
    Admin,
}
