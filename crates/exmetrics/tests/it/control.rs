//! The control database behind the program's back.

use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::home::Home;

/// Changes the control database of a home.
pub(crate) fn change(home: &Home, statements: &[&str]) {
    let file = home.path().join("control.db");
    let url = format!("sqlite://{}", file.display());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a thread").block_on(async {
        let mut connection = SqliteConnection::connect(&url).await.expect("a database");
        for &statement in statements {
            let statement = sqlx::AssertSqlSafe(statement);
            sqlx::raw_sql(statement)
                .execute(&mut connection)
                .await
                .expect("a statement");
        }
        connection.close().await.expect("an orderly end");
    });
}

/// Makes a database on a PostgreSQL server.
pub(crate) fn make_database(server: &str, name: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a thread").block_on(async {
        let mut connection = PgConnection::connect(server).await.expect("a server");
        let statement = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::raw_sql(statement)
            .execute(&mut connection)
            .await
            .expect("a database");
    });
}
