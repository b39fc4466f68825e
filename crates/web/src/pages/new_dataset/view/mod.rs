//! The form as templates show it.

mod calendar;
mod credentials;
mod details;
mod plan;
mod preview;
mod report_menu;
mod rest;
mod schedule_menus;
mod scheduling;
mod zones;

use serde::Serialize;

pub(super) use details::details_words;
pub(super) use preview::{PreviewPart, ROWS as PREVIEW_ROWS, preview_key};
pub(super) use rest::{retry_words, update_words};

use super::{
    fault::{Fault, Pane},
    reading::Reading,
    world::World,
};
use crate::{problem::Problem, site::Site};

/// All parts of the form.
#[derive(Debug, Serialize)]
pub(super) struct Panes {
    pub(super) form: FormPart,
    credentials: credentials::CredentialsPane,
    details: details::DetailsPane,
    plan: plan::PlanPart,
    preview: PreviewPart,
    scheduling: scheduling::SchedulingPane,
    failures: rest::FailuresPart,
    update: rest::UpdatePart,
    naming: rest::NamingPane,
}

/// What belongs to the form as a whole.
#[derive(Debug, Serialize)]
pub(super) struct FormPart {
    mode: &'static str,
    can_change: bool,
    action: String,
    live_url: String,
    preview_url: String,
    draft: Option<String>,
    pub(super) draft_note: Option<String>,
    pub(super) revision: Option<String>,
    touched: String,
    pub(super) preview_changed: bool,
    errors_title: String,
    errors: Vec<ListedFault>,
    pub(super) stale: Option<super::stale::StalePart>,
    saying: String,
}

/// A fault in the list above the form.
#[derive(Debug, Serialize)]
struct ListedFault {
    text: String,
    href: Option<String>,
}

/// What is shown of the form.
pub(super) struct Looks {
    /// Whether every fault is said, or only those of fields that were touched.
    pub(super) all_faults: bool,
    /// The panes that are open.
    pub(super) open: Vec<Pane>,
    /// What keeps it from being saved and stands beside no field.
    pub(super) trouble: Option<String>,
    /// The preview, if one was loaded.
    pub(super) preview: Option<PreviewPart>,
    pub(super) stale: Option<super::stale::StalePart>,
}

impl Looks {
    /// As it is while it is being filled in.
    pub(super) fn open(pane: Pane) -> Self {
        Self {
            all_faults: false,
            open: vec![pane],
            trouble: None,
            preview: None,
            stale: None,
        }
    }
}

/// What a part needs to know of the faults.
pub(super) struct Said<'a>(Vec<&'a Fault>);

impl Said<'_> {
    /// What is said beside a field.
    fn beside(&self, field: &str) -> Option<String> {
        let fault = self.0.iter().find(|fault| fault.field == field)?;
        Some(fault.text.clone())
    }

    fn any_in(&self, pane: Pane) -> bool {
        self.0.iter().any(|fault| fault.pane == pane)
    }
}

/// Makes all parts.
pub(super) async fn panes(
    site: &Site,
    world: &World,
    reading: &Reading,
    looks: Looks,
) -> Result<Panes, Problem> {
    let said = Said(
        reading
            .faults
            .iter()
            .filter(|fault| looks.all_faults || reading.fields.is_touched(touch(fault)))
            .collect(),
    );
    let open = |pane: Pane| looks.open.contains(&pane) || (looks.all_faults && said.any_in(pane));
    let (plan, days) = plan::plan(site, world, reading).await?;
    Ok(Panes {
        credentials: credentials::credentials(world, reading, &said, open(Pane::Credentials)),
        details: details::details(world, reading, &said, &days, open(Pane::Details)),
        plan,
        preview: looks
            .preview
            .unwrap_or_else(|| PreviewPart::not_loaded(reading)),
        scheduling: scheduling::scheduling(world, reading, &said, open(Pane::Scheduling)),
        failures: rest::failures(world, reading, &said),
        update: rest::update(reading, &said),
        naming: rest::naming(reading, &said, open(Pane::Name)),
        form: form(world, reading, &said, looks.trouble.as_deref(), looks.stale),
    })
}

/// The field whose change makes a fault worth saying. The ends of active hours have one place for both.
fn touch(fault: &Fault) -> &'static str {
    match fault.field {
        "active" => "active_from",
        other => other,
    }
}

fn form(
    world: &World,
    reading: &Reading,
    said: &Said<'_>,
    trouble: Option<&str>,
    stale: Option<super::stale::StalePart>,
) -> FormPart {
    let base = match &world.there {
        Some(there) => format!("/datasets/{}/settings", there.id),
        None => "/datasets/new".into(),
    };
    let fields = &reading.fields;
    let mut errors: Vec<ListedFault> = Vec::new();
    if let Some(trouble) = trouble {
        errors.push(ListedFault {
            text: trouble.to_owned(),
            href: None,
        });
    }
    // Beside the fields, faults are said one by one; above the form after somebody tried to save.
    let listed = said.0.len() == reading.faults.len() && fields.go.is_empty();
    let saving = !fields.then.is_empty();
    if listed && saving {
        errors.extend(said.0.iter().map(|fault| ListedFault {
            text: match fault.label {
                "Account" | "Report" => fault.text.clone(),
                label => format!("{label}: {}", fault.text),
            },
            href: Some(format!("#{}", fault.field)),
        }));
    }
    let errors_title = match (errors.len(), trouble) {
        (0, _) => String::new(),
        (_, Some(_)) => "It is not saved yet".into(),
        (1, None) => "It is not saved yet: one problem".into(),
        (many, None) => format!("It is not saved yet: {} problems", in_words(many)),
    };
    FormPart {
        mode: if world.there.is_some() { "edit" } else { "new" },
        can_change: true,
        action: base.clone(),
        live_url: format!("{base}/live"),
        preview_url: format!("{base}/preview"),
        draft: (world.there.is_none()).then(|| fields.draft.clone()),
        draft_note: None,
        revision: world.there.as_ref().map(|_| fields.revision.clone()),
        touched: fields.touched.clone(),
        preview_changed: true,
        errors_title,
        errors,
        saying: saying(world, reading, said, stale.is_some()),
        stale,
    }
}

fn saying(world: &World, reading: &Reading, said: &Said<'_>, stale: bool) -> String {
    let missing = |field: &str| {
        let empty = match field {
            "account" => reading.accounts.is_empty(),
            _ => reading.report.is_none(),
        };
        empty && reading.faults.iter().any(|fault| fault.field == field)
    };
    let fields = &reading.fields;
    match (missing("account"), missing("report")) {
        _ if stale => "Choose whose settings hold.".into(),
        _ if !said.0.is_empty() => match said.0.len() {
            1 => "One problem keeps it from being saved.".into(),
            many => {
                let many = in_words(many);
                format!("{} problems keep it from being saved.", capital(&many))
            }
        },
        (true, true) => "An account and a report are to be chosen.".into(),
        (true, false) => "An account is to be chosen.".into(),
        (false, true) => "A report is to be chosen.".into(),
        _ if !reading.faults.is_empty() => "Something is still to be filled in.".into(),
        _ if world.there.is_some() && fields.touched.is_empty() => "Nothing is changed yet.".into(),
        _ if world.there.is_some() => "Changed, and not saved yet.".into(),
        _ => {
            let scheduled = fields.touched.contains("schedule") || fields.is_touched("at");
            match scheduled || fields.is_touched("name") {
                true => "It can be saved now.".into(),
                false => "Scheduling and the name are preset: it can be saved now.".into(),
            }
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

fn in_words(number: usize) -> String {
    let words = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    match words.get(number) {
        Some(word) => (*word).to_owned(),
        None => number.to_string(),
    }
}
