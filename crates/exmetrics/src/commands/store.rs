//! `store`: the control state as a whole.

use std::path::Path;

use exmetrics_store::{Store, StoreErrorKind};
use secrecy::SecretString;
use serde_json::json;

use crate::{
    app::App,
    args::{Global, StoreCommand},
    failure::{Ended, Failure},
    listing::count,
    say,
};

pub(crate) async fn run(
    app: &App,
    command: StoreCommand,
    global: &Global,
) -> Result<Ended, Failure> {
    match command {
        StoreCommand::Backup { file } => backup(app, &file, global).await?,
        StoreCommand::Restore { file, replace } => restore(app, &file, replace, global).await?,
        StoreCommand::MoveTo { url } => move_to(app, &url, global).await?,
    }
    Ok(Ended::Done)
}

/// Under another name first: a backup that is there is whole.
async fn backup(app: &App, file: &Path, global: &Global) -> Result<(), Failure> {
    if file.exists() {
        return Err(
            Failure::arguments(format!("{} is there already", file.display()))
                .next("Choose another name; a backup is never written over."),
        );
    }
    let unfinished = file.with_added_extension("part");
    let _ = std::fs::remove_file(&unfinished);
    let copied = async {
        let target = Store::open(&unfinished, app.sealing_key()?).await?;
        let rows = app.store().copy_to(&target, false).await?;
        target.close().await;
        std::fs::rename(&unfinished, file).map_err(Failure::at_file("writing", file))?;
        Ok(rows)
    };
    let copied: Result<u64, Failure> = copied.await;
    if copied.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    let rows = copied?;
    done(
        global,
        "backup",
        rows,
        &format!("{} in {}", count(rows, "row"), file.display()),
    )?;
    if !global.json {
        say::note(
            "Keep the key beside it, but not in the same place: without it the secrets stay sealed.",
        );
    }
    Ok(())
}

/// Nobody may work on what is being replaced, or goes on with what was left behind.
async fn refuse_beside_workers(app: &App) -> Result<(), Failure> {
    match app.store().live_workers(app.engine.clock().now()).await? {
        0 => Ok(()),
        alive => Err(Failure::failed(format!(
            "{} at work on this control state",
            if alive == 1 {
                "a service or worker is".to_owned()
            } else {
                format!("{alive} workers are")
            }
        ))
        .next("Stop it first. One that was killed is let go half a minute later.")),
    }
}

async fn restore(app: &App, file: &Path, replace: bool, global: &Global) -> Result<(), Failure> {
    refuse_beside_workers(app).await?;
    if !file.is_file() {
        return Err(Failure::arguments(format!(
            "there is no backup {}",
            file.display()
        )));
    }
    let source = Store::open(file, app.sealing_key()?).await?;
    let rows = source
        .copy_to(app.store(), replace)
        .await
        .map_err(|error| {
            let taken = error.kind == StoreErrorKind::Taken;
            let failure = Failure::from(error);
            match taken {
                true => {
                    failure.next("Add --replace to put the backup in the place of what is there.")
                }
                false => failure,
            }
        })?;
    source.close().await;
    done(
        global,
        "restored",
        rows,
        &format!("{} from {}", count(rows, "row"), file.display()),
    )
}

async fn move_to(app: &App, to: &str, global: &Global) -> Result<(), Failure> {
    refuse_beside_workers(app).await?;
    let url = match to.split_once("://") {
        Some((_, rest)) => {
            let user = rest.split('@').next().unwrap_or_default();
            if rest.contains('@') && user.contains(':') {
                say::note(
                    "Everybody on this machine can see a password in a command; `-` reads it instead.",
                );
            }
            SecretString::from(to)
        }
        None => super::notify::secret(Path::new(to))?,
    };
    let target = Store::connect(&url, app.sealing_key()?).await?;
    let rows = app.store().copy_to(&target, false).await?;
    target.close().await;
    done(
        global,
        "moved",
        rows,
        &format!("{} are there now.", count(rows, "row")),
    )?;
    if !global.json {
        say::note("From now on set EXMETRICS_STORE to that address; this database stays as it is.");
    }
    Ok(())
}

fn done(global: &Global, what: &str, rows: u64, sentence: &str) -> Result<(), Failure> {
    if global.json {
        return say::json(&json!({ what: true, "rows": rows }));
    }
    say::note(sentence);
    Ok(())
}
