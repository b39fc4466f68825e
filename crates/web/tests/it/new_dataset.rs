//! A new DataSet, from the first choice to the table.

use exmetrics_catalog::{DayChoice, Details, Period, UpdateMethod, catalog};
use exmetrics_store::SignIn;

use crate::wizard_support::{House, tenant};

const MAIL: &str = "email-activity-user-detail";

#[tokio::test]
async fn a_fresh_page_asks_for_an_account_first() {
    let house = House::new().await;
    let page = house.get("/datasets/new").await;
    page.says("No account yet")
        .says("An account and a report are to be chosen.");
    page.with(200);
}

#[tokio::test]
async fn the_only_account_is_chosen_and_all_reports_are_offered() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    let page = house.get("/datasets/new").await;
    page.says("A report is to be chosen.")
        .says(&format!(r#"value="{}" checked"#, account.id))
        .does_not_say("planted-secret");
    for report in catalog().all() {
        page.says(&format!(r#"value="{}""#, report.slug));
    }
}

#[tokio::test]
async fn menus_are_those_of_the_report() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    for report in catalog().all() {
        let fields = [("account", account.id.as_str()), ("report", &report.slug)];
        let live = house.post("/datasets/new/live", &fields).await;
        live.with(200);
        let days = live.text.contains(r#"type="radio" name="duration""#);
        assert_eq!(days, report.offers_days(), "{}", report.slug);
        let fields = [
            ("account", account.id.as_str()),
            ("report", &report.slug),
            ("parameter_type", "period"),
        ];
        let by_period = house.post("/datasets/new/live", &fields).await;
        for period in &report.periods {
            by_period.says(&format!(r#"type="radio" name="period" value="{period}""#));
        }
        let offered = by_period
            .text
            .matches(r#"type="radio" name="period""#)
            .count();
        assert_eq!(offered, report.periods.len(), "{}", report.slug);
        live.says("can be saved now").does_not_say("field--error");
    }
}

#[tokio::test]
async fn the_plan_names_days_requests_and_the_time_they_take() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    let fields = [
        ("account", account.id.as_str()),
        ("report", MAIL),
        ("parameter_type", "date"),
        ("duration", "range"),
        ("start_kind", "specific"),
        ("start_date", "2026-10-20"),
        ("end_kind", "relative"),
        ("end_days_back", "0"),
    ];
    let live = house.post("/datasets/new/live", &fields).await;
    live.says("Both ends are included: 35 days.")
        .says("28 requests, about 10 min")
        .says("quota 14 in 10 minutes")
        .says("20 Oct to 25 Oct have expired: this report goes back 28 days.")
        .says("Today is too early")
        .says("October 2026")
        .says("Oldest first: 26 Oct goes first, it can be had until 23 Nov.");
}

#[tokio::test]
async fn what_was_typed_survives_a_closed_tab() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    let draft = house
        .get("/datasets/new")
        .await
        .value_of("draft")
        .to_owned();
    let fields = [
        ("draft", draft.as_str()),
        ("account", account.id.as_str()),
        ("report", MAIL),
        ("description", "for the monthly review"),
        ("touched", "description"),
    ];
    let live = house.post("/datasets/new/live", &fields).await;
    live.says("Draft saved at 14:22");
    let again = house.get("/datasets/new").await;
    assert_eq!(again.value_of("draft"), draft);
    again
        .says("for the monthly review")
        .says("Draft saved at 14:22");
    let discard = [("draft", draft.as_str())];
    let gone = house.post("/datasets/new/discard", &discard).await;
    assert_eq!(gone.sent_to(), "/datasets");
    house
        .get("/datasets/new")
        .await
        .does_not_say("for the monthly review");
}

#[tokio::test]
async fn saved_as_it_was_chosen() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    let fields = [
        ("account", account.id.as_str()),
        ("report", MAIL),
        ("parameter_type", "date"),
        ("duration", "single"),
        ("date_kind", "relative"),
        ("days_back", "4"),
        ("schedule_mode", "basic"),
        ("schedule_kind", "weekly"),
        ("weekday", "mon"),
        ("weekday", "thu"),
        ("at", "02:10"),
        ("time_zone", "Europe/Berlin"),
        ("retry", "always"),
        ("retry_every", "2"),
        ("retry_unit", "h"),
        ("retry_times", "5"),
        ("update", "upsert"),
        ("name", "Mail"),
        ("tags", "mail, exchange,mail"),
        ("then", "save"),
    ];
    let saved = house.post("/datasets/new", &fields).await;
    let made = house.store().dataset("Mail").await.unwrap();
    assert_eq!(saved.sent_to(), format!("/datasets/{}", made.id));
    assert_eq!(made.details, Details::Date(DayChoice::DaysBack(4)));
    let schedule = made.schedule.unwrap().to_string();
    assert_eq!(schedule, "weekly on mon, thu at 02:10 in Europe/Berlin");
    assert_eq!(
        (made.retry_every_seconds, made.retry_times),
        (Some(7200), Some(5))
    );
    assert_eq!((made.update, made.key), (UpdateMethod::Upsert, Vec::new()));
    assert_eq!(made.tags, ["mail", "exchange"]);
    assert!(house.store().jobs().await.unwrap().is_empty());
}

#[tokio::test]
async fn keeping_every_day_sets_all_that_follows_and_runs_at_once() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    let fields = [
        ("account", account.id.as_str()),
        ("report", MAIL),
        ("keep_every_day", "yes"),
        ("update", "replace"),
        ("schedule_kind", "manual"),
        ("then", "save"),
    ];
    house.post("/datasets/new", &fields).await.sent_to();
    let made = house.store().datasets().await.unwrap().pop().unwrap();
    assert_eq!(
        made.details,
        Details::every_day(catalog().find(MAIL).unwrap())
    );
    assert_eq!(made.update, UpdateMethod::Partition);
    assert_eq!(made.schedule.unwrap().to_string(), "daily at 06:00");
    assert_eq!(house.store().jobs().await.unwrap().len(), 1);
}

#[tokio::test]
async fn save_and_run_queues_a_run_and_save_and_new_goes_on_like_it() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    let save = |then: &'static str, name: &'static str| {
        let fields = [
            ("account", account.id.clone()),
            ("report", MAIL.to_owned()),
            ("name", name.to_owned()),
            ("at", "03:45".to_owned()),
            ("then", then.to_owned()),
        ];
        let house = &house;
        async move {
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            house.post("/datasets/new", &fields).await
        }
    };
    save("run", "one").await.sent_to();
    assert_eq!(house.store().jobs().await.unwrap().len(), 1);
    let next = save("new", "two").await;
    let page = house.get(next.sent_to()).await;
    page.says("A report is to be chosen.")
        .says(r#"name="at" value="03:45""#)
        .says(&format!(r#"value="{}" checked"#, account.id));
}

#[tokio::test]
async fn wrong_input_is_said_beside_its_field_and_kept() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    let fields = [
        ("account", account.id.as_str()),
        ("report", MAIL),
        ("duration", "range"),
        ("start_kind", "specific"),
        ("start_date", "2026-11-20"),
        ("end_kind", "specific"),
        ("end_date", "2026-11-01"),
        ("schedule_mode", "advanced"),
        ("advanced_kind", "cron"),
        ("cron", "0 6 * * 8"),
        ("time_zone", "Europe/Berln"),
        ("retry_every", "0"),
        ("name", "Half <b>done</b>"),
        ("then", "save"),
    ];
    let refused = house.post("/datasets/new", &fields).await;
    refused.with(422);
    refused
        .says("It is not saved yet: four problems")
        .says(r##"<a href="#end_date">"##)
        .says("did you mean Europe/Berlin?")
        .says("no weekday of cron")
        .says("At least 1 second, at most 31 days.")
        .says(r#"value="0 6 * * 8""#)
        .does_not_say("<b>done</b>");
    assert!(house.store().datasets().await.unwrap().is_empty());
    // While it is being typed, only what was touched is said.
    let live = house.post("/datasets/new/live", &fields).await;
    live.with(200);
    live.does_not_say("did you mean Europe/Berlin?");
}

#[tokio::test]
async fn a_name_that_is_taken_is_said_before_saving() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    let fields = [
        ("account", account.id.as_str()),
        ("report", MAIL),
        ("name", "Mail"),
        ("touched", "name"),
        ("then", "save"),
    ];
    house.post("/datasets/new", &fields).await.sent_to();
    let live = house.post("/datasets/new/live", &fields).await;
    live.says("There is a DataSet 'Mail' already; choose another name.");
    house.post("/datasets/new", &fields).await.with(422);
}

#[tokio::test]
async fn a_choice_and_back_loses_nothing() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    let fields = [
        ("account", account.id.as_str()),
        ("report", "email-activity-counts"),
        ("parameter_type", "period"),
        ("period", "D30"),
        ("start_kind", "specific"),
        ("start_date", "2026-11-01"),
        ("weekday", "tue"),
        ("weekday", "fri"),
        ("schedule_kind", "daily"),
    ];
    let live = house.post("/datasets/new/live", &fields).await;
    live.says(r#"type="hidden" name="start_date" value="2026-11-01""#)
        .says(r#"type="hidden" name="weekday" value="tue""#)
        .says(r#"type="hidden" name="weekday" value="fri""#);
}

#[tokio::test]
async fn a_preview_shows_rows_with_one_request() {
    let house = House::new().await;
    let sim = tenant().await;
    let account = house.account_of(&sim, SignIn::ClientSecret).await;
    let fields = [
        ("account", account.id.as_str()),
        ("report", MAIL),
        ("duration", "single"),
        ("days_back", "4"),
    ];
    let preview = house.post("/datasets/new/preview", &fields).await;
    preview
        .says("19 Nov 2026, first 5 of 30 rows")
        .says("user_principal_name")
        .does_not_say("<html");
    let asked = sim
        .requests()
        .iter()
        .filter(|request| request.path_and_query.contains("/reports/"))
        .count();
    assert_eq!(asked, 1);
    assert!(house.store().datasets().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_preview_that_fails_says_why_and_where_to_go() {
    let house = House::new().await;
    let sim = tenant().await;
    let account = house.account_of(&sim, SignIn::ClientSecret).await;
    sim.expire_client_secret();
    let fields = [("account", account.id.as_str()), ("report", MAIL)];
    let preview = house.post("/datasets/new/preview", &fields).await;
    preview
        .says("Failed at 14:22.")
        .says(&format!(r#"href="/accounts/{}""#, account.id))
        .says("Try again");
}

#[tokio::test]
async fn every_report_can_be_kept_with_one_press() {
    let house = House::new().await;
    let sim = tenant().await;
    house.account_of(&sim, SignIn::ClientSecret).await;
    let kept = house.post("/datasets/all", &[]).await;
    assert_eq!(kept.sent_to(), "/datasets");
    let datasets = house.store().datasets().await.unwrap();
    assert!(datasets.len() > 60, "{}", datasets.len());
    assert!(datasets.iter().all(|one| one.schedule.is_some()));
}

#[tokio::test]
async fn a_form_of_another_session_is_refused() {
    let house = House::new().await;
    for path in [
        "/datasets/new",
        "/datasets/new/live",
        "/datasets/new/preview",
        "/datasets/new/discard",
        "/datasets/all",
    ] {
        house.post_with(path, "another", &[]).await.with(403);
    }
}

#[tokio::test]
async fn a_report_without_days_offers_its_periods() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    let report = catalog()
        .all()
        .iter()
        .find(|one| !one.offers_days() && one.periods.contains(&Period::Days(30)))
        .unwrap();
    let fields = [
        ("account", account.id.as_str()),
        ("report", report.slug.as_str()),
        ("period", "D30"),
        ("name", "Totals"),
        ("then", "save"),
    ];
    house.post("/datasets/new", &fields).await.sent_to();
    let made = house.store().dataset("Totals").await.unwrap();
    assert_eq!(made.details, Details::Period(Period::Days(30)));
}
