//! A schedule goes into the form and comes out of it as it was.

use crate::wizard_support::House;

/// One of each kind.
const SCHEDULES: [&str; 18] = [
    "manual",
    "every 15m",
    "every 2h from 08:00 to 18:00 on weekdays",
    "every 90m on mon, sat in Asia/Kolkata",
    "hourly",
    "hourly at :15",
    "daily at 06:30",
    "daily at 06:30, 18:00 in Europe/Berlin",
    "weekdays at 07:00",
    "weekdays at 07:00, 19:00",
    "weekly on mon, thu at 02:10 in America/New_York",
    "weekly on sun at 02:10, 14:10",
    "monthly on 1 at 06:30",
    "monthly on last day at 06:30 in UTC",
    "monthly on first monday at 06:30",
    "monthly on 1, 15, first monday, last day at 06:00, 18:00",
    "monthly on 31 at 00:00",
    "cron 0 6 * * 1-5 in Europe/Zurich",
];

#[tokio::test]
async fn an_edit_that_changes_nothing_keeps_every_schedule() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    for (number, text) in SCHEDULES.into_iter().enumerate() {
        let name = format!("number {number}");
        let fields = [
            ("account", account.id.as_str()),
            ("report", "email-activity-user-detail"),
            ("schedule_mode", "advanced"),
            ("advanced_kind", "words"),
            ("schedule_text", text.split(" in ").next().unwrap()),
            ("time_zone", text.split(" in ").nth(1).unwrap_or("UTC")),
            ("name", &name),
            ("then", "save"),
        ];
        house.post("/datasets/new", &fields).await.sent_to();
        let made = house.store().dataset(&name).await.unwrap();
        let path = format!("/datasets/{}/settings", made.id);
        let page = house.get(&path).await;
        page.does_not_say(r#"name="schedule_text" value="daily at 06:00" aria"#);
        let fields = page.fields();
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| *name != "csrf")
            .chain([("then", "save")])
            .collect();
        house.post(&path, &fields).await.sent_to();
        let after = house.store().dataset(&name).await.unwrap();
        assert_eq!(after.schedule, made.schedule, "{text}");
        assert_eq!(after.details, made.details);
        assert_eq!(after.revision, made.revision + 1);
    }
}
