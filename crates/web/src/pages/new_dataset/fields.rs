//! The fields of the form as they come from a page, and back into a draft.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Every field of the form. What a page did not show is empty; what it carried along is here. There is no
/// secret among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    pub(super) draft: String,
    pub(super) revision: String,
    pub(super) name_preset: String,
    pub(super) window_preset: String,
    pub(super) update_preset: String,
    pub(super) keys_of: String,
    pub(super) preview_of: String,
    pub(super) touched: String,
    pub(super) go: String,
    pub(super) then: String,
    /// The revision that somebody has seen and means to save over.
    pub(super) over: String,
    pub(super) account: Vec<String>,
    pub(super) report: String,
    pub(super) keep_every_day: String,
    pub(super) parameter_type: String,
    pub(super) period: String,
    pub(super) duration: String,
    pub(super) date_kind: String,
    pub(super) date: String,
    pub(super) days_back: String,
    pub(super) start_kind: String,
    pub(super) start_date: String,
    pub(super) start_days_back: String,
    pub(super) end_kind: String,
    pub(super) end_date: String,
    pub(super) end_days_back: String,
    pub(super) schedule_mode: String,
    pub(super) schedule_kind: String,
    pub(super) advanced_kind: String,
    pub(super) every: String,
    pub(super) unit: String,
    pub(super) active: String,
    pub(super) active_from: String,
    pub(super) active_to: String,
    pub(super) weekday: Vec<String>,
    pub(super) minute: String,
    pub(super) at: String,
    pub(super) month_day: String,
    pub(super) times: String,
    pub(super) month_days: Vec<String>,
    pub(super) nth: Vec<String>,
    pub(super) cron: String,
    pub(super) schedule_text: String,
    pub(super) time_zone: String,
    pub(super) retry: String,
    pub(super) retry_every: String,
    pub(super) retry_unit: String,
    pub(super) retry_times: String,
    pub(super) notify: String,
    pub(super) channel: Vec<String>,
    pub(super) update: String,
    pub(super) key: Vec<String>,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) tags: String,
}

/// A field that a pane does not show now and that goes along hidden.
#[derive(Debug, Serialize)]
pub(super) struct Carried {
    name: &'static str,
    value: String,
}

impl Fields {
    /// Whether a person has changed a field on this page.
    pub(super) fn is_touched(&self, name: &str) -> bool {
        self.touched.split(',').any(|one| one == name)
    }

    /// Of some fields, those that are not shown and not empty.
    pub(super) fn carried(&self, all: &[&'static str], shown: &[&str]) -> Vec<Carried> {
        let Ok(Value::Object(values)) = serde_json::to_value(self) else {
            return Vec::new();
        };
        let mut carried = Vec::new();
        for name in all.iter().filter(|name| !shown.contains(name)) {
            let texts = match values.get(*name) {
                Some(Value::String(text)) => vec![text.clone()],
                Some(Value::Array(texts)) => texts
                    .iter()
                    .filter_map(|text| text.as_str().map(str::to_owned))
                    .collect(),
                _ => Vec::new(),
            };
            let texts = texts.into_iter().filter(|text| !text.is_empty());
            carried.extend(texts.map(|value| Carried { name, value }));
        }
        carried
    }

    /// What is kept in a draft: what was typed, and not which button was pressed.
    pub(super) fn to_draft(&self) -> String {
        let kept = Self {
            go: String::new(),
            then: String::new(),
            preview_of: String::new(),
            ..self.clone()
        };
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// What a draft holds; nothing, where it cannot be read.
    pub(super) fn of_draft(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// Puts presets where nothing was typed. What a person has emptied stays empty.
pub(super) struct Presets(Vec<String>);

impl Presets {
    pub(super) fn beside(fields: &Fields) -> Self {
        Self(fields.touched.split(',').map(str::to_owned).collect())
    }

    pub(super) fn put(&self, name: &str, field: &mut String, value: impl Into<String>) {
        if field.is_empty() && !self.0.iter().any(|touched| touched == name) {
            *field = value.into();
        }
    }
}
