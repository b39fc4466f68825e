//! What each column of a report is for, read from its header, type and unit.

use exmetrics_catalog::{Column, ColumnType, Grain, Report, column_name};

use super::Cell;
use crate::organisation::{Kind, Measure, Nature};

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Role {
    RefreshDate,
    Day,
    Moment,
    Period,
    TenantId,
    TenantName,
    Principal,
    DisplayName,
    OwnerPrincipal,
    OwnerName,
    /// The id of the member; a zero GUID where names are concealed.
    ConcealableId,
    PlainId,
    SiteUrl,
    ThingName,
    Category(Which),
    Products,
    OneOf(&'static [&'static str]),
    IsDeleted,
    DeletedDate,
    JoinedDate,
    /// The newest day on which the workload behind the gate was used.
    LastActivity(u64),
    /// A day before the newest activity, the same for ever.
    LongAgo,
    /// Whether a thing that stays is so, so many times in a thousand.
    Trait {
        per_mille: u32,
        yes_no: bool,
    },
    /// Whether it happened.
    Happened {
        measure: Measure,
        yes_no: bool,
    },
    /// The versions of an app that were used.
    Versions(Measure),
    Figure(Measure),
    Seconds(Measure),
    Duration(Measure),
    /// A number of members.
    Heads(Heads),
    /// Requests or megabytes of apps.
    AppUsage(u64),
    ActiveApps,
    Nothing,
}

/// Which members are counted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heads {
    Present,
    Active(u64),
    /// Those for whom any of it happened.
    Did(Vec<Measure>),
    DidNot(Vec<Measure>),
    OfType {
        public: bool,
        active: Option<u64>,
    },
    /// So many of a thousand of those present.
    Share {
        from: u32,
        to: u32,
    },
}

/// Which part of a category a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    Product,
    SiteType,
    Area,
    App,
}

/// What tells rows of the same day or member apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Category {
    pub(crate) number: u64,
    product: &'static str,
    site_type: &'static str,
    area: &'static str,
    pub(crate) app: &'static str,
}

const PRODUCT_TYPES: [&str; 3] = [
    "MICROSOFT 365 APPS FOR ENTERPRISE",
    "MICROSOFT VISIO",
    "MICROSOFT PROJECT",
];
const APPS: [&str; 3] = [
    "",
    "5f0c7a52-1b8e-4f6d-a0d9-3c2e8b7f4a61",
    "c94d12e0-6a37-4e85-9b2f-71d05a8e3f9c",
];
const STATES: [&str; 4] = ["active", "active", "active", "suspended"];
const TYPES: [&str; 2] = ["Private", "Public"];
const TEMPLATES: [&str; 4] = [
    "Group",
    "Team Site",
    "Communication Site",
    "Publishing Site",
];
const POLICIES: [&str; 3] = ["Unmanaged", "LimitedAccess", "FullAccess"];
const REGIONS: [&str; 3] = ["EUR", "NAM", "APC"];

impl Role {
    /// Whether a table with such a column has a row per member.
    pub(crate) fn names_the_member(&self) -> bool {
        matches!(
            self,
            Self::Principal
                | Self::DisplayName
                | Self::ConcealableId
                | Self::PlainId
                | Self::SiteUrl
                | Self::ThingName
        )
    }
}

impl Category {
    pub(crate) fn cell(self, which: Which) -> Cell {
        let word = match which {
            Which::Product => self.product,
            Which::SiteType => self.site_type,
            Which::Area => self.area,
            Which::App => self.app,
        };
        if word.is_empty() {
            Cell::Empty
        } else {
            Cell::Word(word)
        }
    }
}

/// What a report is about.
pub(crate) fn kind_of(report: &Report) -> Kind {
    let function = report.function.as_str();
    match report.workload.as_str() {
        "Copilot" => Kind::CopilotPerson,
        _ if function.contains("TeamsTeam") => Kind::Team,
        "Viva Engage" if function.contains("Groups") => Kind::YammerGroup,
        "Groups" => Kind::Group,
        _ if function.contains("SharePointSite") => Kind::Site,
        _ => Kind::Person,
    }
}

/// The roles of all columns.
pub(crate) fn roles_of(report: &Report) -> Vec<Role> {
    let mut roles: Vec<Role> = report
        .columns
        .iter()
        .map(|column| role_of(report, column))
        .collect();
    // "Office 365" and "any app" mean any of the others.
    let others: Vec<Measure> = roles
        .iter()
        .filter_map(|role| match role {
            Role::Heads(Heads::Did(measures)) => measures.first().cloned(),
            _ => None,
        })
        .collect();
    for (role, column) in roles.iter_mut().zip(&report.columns) {
        let header = column.header.to_lowercase();
        let means_any = header.starts_with("office 365") || header.starts_with("any app");
        if let Role::Heads(Heads::Did(any) | Heads::DidNot(any)) = role
            && means_any
        {
            any.clone_from(&others);
        }
    }
    roles
}

/// What tells rows of the same subject apart, at least one.
pub(crate) fn categories_of(report: &Report, roles: &[Role]) -> Vec<Category> {
    let has = |which| roles.contains(&Role::Category(which));
    let mut categories = Vec::new();
    if has(Which::Product) {
        categories.extend(PRODUCT_TYPES.map(|product| Category {
            product,
            ..Category::default()
        }));
    } else if has(Which::SiteType) {
        let types: &[&str] = if report.workload == "OneDrive" {
            &["OneDrive", "All"]
        } else {
            &["All"]
        };
        categories.extend(types.iter().map(|site_type| Category {
            site_type,
            ..Category::default()
        }));
    } else if has(Which::App) {
        let areas: &[&str] = if report.workload == "SharePoint" {
            &["OneDrive and SharePoint"]
        } else {
            &["Exchange", "Teams"]
        };
        for area in areas {
            categories.extend(APPS.map(|app| Category {
                area,
                app,
                ..Category::default()
            }));
        }
    } else {
        categories.push(Category::default());
    }
    for (number, category) in (0..).zip(&mut categories) {
        category.number = number;
    }
    categories
}

fn role_of(report: &Report, column: &Column) -> Role {
    let name = column_name(&column.header);
    if report.day_column.as_deref().map(column_name).as_deref() == Some(name.as_str()) {
        return if name == "usagedatetime" {
            Role::Moment
        } else {
            Role::Day
        };
    }
    match name.as_str() {
        "report_refresh_date" => return Role::RefreshDate,
        "report_period" => return Role::Period,
        "is_deleted" => return Role::IsDeleted,
        _ => {}
    }
    match column.kind {
        ColumnType::Date => date_role(report, column, &name),
        ColumnType::Boolean => truth_role(report, column, &name),
        ColumnType::Text => text_role(report, column, &name),
        ColumnType::Duration => Role::Duration(measure(report, column)),
        ColumnType::Bigint => figure_role(report, column, &name),
    }
}

fn measure(report: &Report, column: &Column) -> Measure {
    Measure::of(
        &column.header,
        &report.workload,
        report.grain == Grain::Current,
    )
}

fn date_role(report: &Report, column: &Column, name: &str) -> Role {
    match name {
        "deleted_date" => Role::DeletedDate,
        "created_date" => Role::JoinedDate,
        "last_activity_date" => Role::LastActivity(measure(report, column).gate),
        _ if name.ends_with("last_activity_date") => {
            let measure = measure(report, column);
            // A product has its own gate; an app is told apart by its measure.
            let gate = if measure.nature == Nature::Use {
                measure.gate
            } else {
                measure.id
            };
            Role::LastActivity(gate)
        }
        _ => Role::LongAgo,
    }
}

fn truth_role(report: &Report, column: &Column, name: &str) -> Role {
    let yes_no = !(name.starts_with("has_") && name.ends_with("_license")
        || [
            "has_archive",
            "activated_on_shared_computer",
            "external_sharing",
        ]
        .contains(&name));
    match name {
        "is_licensed" => Role::Trait {
            per_mille: 950,
            yes_no,
        },
        "office_365_connected" => Role::Trait {
            per_mille: 600,
            yes_no,
        },
        _ if !yes_no => Role::Trait {
            per_mille: if name.ends_with("_license") { 930 } else { 300 },
            yes_no,
        },
        _ => Role::Happened {
            measure: measure(report, column),
            yes_no,
        },
    }
}

fn text_role(report: &Report, column: &Column, name: &str) -> Role {
    match name {
        "user_principal_name" => Role::Principal,
        "display_name" => Role::DisplayName,
        "owner_principal_name" => Role::OwnerPrincipal,
        "owner_display_name" => Role::OwnerName,
        "user_id" | "site_id" => Role::ConcealableId,
        "group_id" | "team_id" => Role::PlainId,
        "site_url" => Role::SiteUrl,
        "group_display_name" | "team_name" => Role::ThingName,
        "tenant_id" | "tenantid" => Role::TenantId,
        "tenant_display_name" | "network_display_name" => Role::TenantName,
        "assigned_products" => Role::Products,
        "product_type" => Role::Category(Which::Product),
        "site_type" => Role::Category(Which::SiteType),
        "service_area" | "servicearea" => Role::Category(Which::Area),
        "app_id" | "appid" => Role::Category(Which::App),
        "user_state" => Role::OneOf(&STATES),
        "group_type" | "team_type" => Role::OneOf(&TYPES),
        "root_web_template" => Role::OneOf(&TEMPLATES),
        "unmanaged_device_policy" => Role::OneOf(&POLICIES),
        "geo_location" => Role::OneOf(&REGIONS),
        _ if report.workload == "Exchange" => Role::Versions(measure(report, column)),
        _ => Role::Nothing,
    }
}

fn figure_role(report: &Report, column: &Column, name: &str) -> Role {
    let told_of_one = report.key.iter().any(|key| {
        let key = column_name(key);
        key.ends_with("_id") && key != "app_id" || key.ends_with("_name") || key.ends_with("_url")
    });
    let counted = measure(report, column);
    let unit = column.unit.as_deref().unwrap_or_default();
    match unit {
        "requests" | "megabytes" if name.starts_with("usage") => {
            Role::AppUsage(if unit == "requests" { 9_600 } else { 41_000 })
        }
        "apps" => Role::ActiveApps,
        _ if told_of_one && name.ends_with("_in_seconds") => Role::Seconds(counted),
        _ if told_of_one => Role::Figure(counted),
        "files" if name == "total" => {
            Role::Figure(Measure::of("File Count", &report.workload, false))
        }
        "files" if name == "active" => {
            Role::Figure(Measure::of("Active File Count", &report.workload, false))
        }
        "accounts" | "groups" | "sites" | "mailboxes" | "teams" | "users" => {
            heads_role(report, name, counted)
        }
        _ => Role::Figure(counted),
    }
}

fn heads_role(report: &Report, name: &str, counted: Measure) -> Role {
    let active = name == "active" || name.starts_with("active_");
    let is_team = kind_of(report) == Kind::Team;
    match name {
        "total" => Role::Heads(Heads::Present),
        "active" => Role::Heads(Heads::Active(counted.gate)),
        _ if is_team && name.ends_with("_teams") => Role::Heads(Heads::OfType {
            public: name.contains("public"),
            active: active.then_some(counted.gate),
        }),
        // What happened in teams is summed, guests as well.
        _ if is_team => Role::Figure(counted),
        "under_limit" => Role::Heads(Heads::Share { from: 0, to: 960 }),
        "warning_issued" => Role::Heads(Heads::Share { from: 960, to: 985 }),
        "send_prohibited" => Role::Heads(Heads::Share { from: 985, to: 993 }),
        "send_receive_prohibited" => Role::Heads(Heads::Share { from: 993, to: 997 }),
        "indeterminate" => Role::Heads(Heads::Share {
            from: 997,
            to: 1_000,
        }),
        "assigned" => Role::Heads(Heads::Share { from: 0, to: 940 }),
        "activated" => Role::Heads(Heads::Share { from: 0, to: 710 }),
        "shared_computer_activation" => Role::Heads(Heads::Share { from: 0, to: 30 }),
        _ if name.ends_with("_enabled_users") => Role::Heads(Heads::Present),
        _ if name.ends_with("_inactive") => Role::Heads(Heads::DidNot(vec![counted])),
        _ => Role::Heads(Heads::Did(vec![counted])),
    }
}
