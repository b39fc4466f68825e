//! The name and the tags of a DataSet, as they are typed.

use exmetrics_catalog::{Report, column_name};
use exmetrics_store::Account;

use super::{
    fault::{Fault, Pane},
    fields::Fields,
    world::World,
};

/// The name follows the preset while the two are equal.
pub(super) fn name(
    fields: &mut Fields,
    world: &World,
    report: Option<&Report>,
    accounts: &[Account],
    faults: &mut Vec<Fault>,
) {
    let own = world.there.as_ref().map(|there| there.id.as_str());
    let taken = |name: &str| {
        let wanted = name.trim().to_lowercase();
        world
            .datasets
            .iter()
            .any(|one| Some(one.id.as_str()) != own && one.name.to_lowercase() == wanted)
    };
    if world.there.is_none() {
        let preset = match (report, accounts) {
            (Some(report), [account]) => format!("{}, {}", report.title, account.name),
            (Some(report), _) => report.title.clone(),
            (None, _) => String::new(),
        };
        let mut free = preset.clone();
        let mut number = 2;
        while taken(&free) {
            free = format!("{preset} {number}");
            number += 1;
        }
        if fields.name == fields.name_preset {
            fields.name.clone_from(&free);
        }
        fields.name_preset = free;
    }
    let typed = fields.name.trim();
    let wrong = if typed.is_empty() && report.is_some() {
        "write a name".to_owned()
    } else if typed.chars().count() > 200 {
        "a name has at most 200 characters".into()
    } else if taken(typed) && !typed.is_empty() {
        format!("there is a DataSet '{typed}' already; choose another name")
    } else {
        return;
    };
    faults.push(Fault::new(Pane::Name, "name", "Name", wrong));
}

/// The name in SQL.
pub(super) fn sql_name(name: &str) -> Option<String> {
    let name = column_name(name);
    (!name.is_empty()).then_some(name)
}

/// Words with commas between, each once.
pub(super) fn tags(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|one| one == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}
