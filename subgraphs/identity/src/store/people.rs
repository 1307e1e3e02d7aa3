//! Lists of people, page by page.

use kit_database::{Database, DatabaseError, Executor, Query, ToColumn, Value};
use kit_ids::TeamId;
use kit_paging::{Order, PageRequest, Position, SortKey, SortValue, Window};

use super::{beginning, users};
use crate::domain::{User, UserFilter, UserSort};

const NEWEST: Order = Order::new("users.newest", &[SortKey::descending("u.created_at")], "u.id");
const HANDLE: Order = Order::new("users.handle", &[SortKey::ascending("u.handle")], "u.id");
const DISPLAY_NAME: Order = Order::new("users.display_name", &[SortKey::ascending("u.display_name")], "u.id");

/// An order of people.
pub(crate) fn order(sort: UserSort) -> &'static Order {
    match sort {
        UserSort::Newest => &NEWEST,
        UserSort::Handle => &HANDLE,
        UserSort::DisplayName => &DISPLAY_NAME,
    }
}

/// Where a person stands in [`order`].
pub(crate) fn position(sort: UserSort, user: &User) -> Position {
    let value: SortValue = match sort {
        UserSort::Newest => user.created_at.into(),
        UserSort::Handle => user.handle.as_str().into(),
        UserSort::DisplayName => user.display_name.as_str().into(),
    };
    Position::new([value], user.id)
}

/// One page of the people whom the filter lets through.
pub(crate) async fn page(
    on: impl Executor<'_>,
    filter: &UserFilter,
    sort: UserSort,
    page: &PageRequest,
) -> Result<Vec<User>, DatabaseError> {
    let keyset = order(sort).keyset(page);
    let conditions = Conditions::of(filter);
    let sql = format!(
        "SELECT u.* FROM users u WHERE {} AND {} ORDER BY {} LIMIT ?",
        conditions.text, keyset.condition, keyset.order_by
    );
    let query = conditions.values.into_iter().fold(on.query_assembled(sql), Query::bind);
    keyset.bind_to(query).bind(keyset.limit).fetch_all().await?.iter().map(users::user).collect()
}

/// How many people the filter lets through.
pub(crate) async fn count(on: impl Executor<'_>, filter: &UserFilter) -> Result<i64, DatabaseError> {
    let conditions = Conditions::of(filter);
    let sql = format!("SELECT COUNT(*) AS people FROM users u WHERE {}", conditions.text);
    let query = conditions.values.into_iter().fold(on.query_assembled(sql), Query::bind);
    query.fetch_one().await?.get("people")
}

/// One page of the people of each of these teams, by name.
pub(crate) async fn of_teams(
    database: &Database,
    teams: &[TeamId],
    window: &Window<()>,
) -> Result<Vec<(TeamId, User)>, DatabaseError> {
    let keyset = DISPLAY_NAME.keyset(&window.page);
    let sql = format!(
        "SELECT * FROM (
           SELECT u.*, ROW_NUMBER() OVER (PARTITION BY u.team_id ORDER BY {}) AS place
           FROM users u WHERE u.team_id IN (..) AND u.status <> 'DEACTIVATED' AND {}
         ) ranked WHERE place <= ? ORDER BY place",
        keyset.order_by, keyset.condition
    );
    let query = database.query_assembled(sql).bind_list(teams.iter().copied());
    let rows = keyset.bind_to(query).bind(keyset.limit).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("team_id")?, users::user(row)?))).collect()
}

/// The conditions of a filter: text of this file only, and values for its placeholders.
struct Conditions {
    text: String,
    values: Vec<Value>,
}

impl Conditions {
    fn of(filter: &UserFilter) -> Self {
        let mut made = Self { text: "1 = 1".to_owned(), values: Vec::new() };
        if let Some(text) = &filter.text {
            // Handles and addresses are stored in lower case.
            let (exact, lower) = (beginning(text), beginning(&text.to_lowercase()));
            made.and(
                "(u.handle LIKE ? ESCAPE '!' OR u.email LIKE ? ESCAPE '!' OR u.display_name LIKE ? ESCAPE '!'
                  OR LOWER(u.display_name) LIKE ? ESCAPE '!')",
                [lower.clone(), lower.clone(), exact, lower].map(ToColumn::to_column),
            );
        }
        if let Some(role) = filter.role {
            let text = "EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = u.id AND r.role = ?)";
            made.and(text, [role.name().to_column()]);
        }
        if let Some(status) = filter.status {
            made.and("u.status = ?", [status.name().to_column()]);
        }
        if let Some(company) = filter.company_id {
            made.and("u.company_id = ?", [company.to_column()]);
        }
        if let Some(team) = filter.team_id {
            made.and("u.team_id = ?", [team.to_column()]);
        }
        made
    }

    fn and(&mut self, text: &str, values: impl IntoIterator<Item = Value>) {
        self.text += " AND ";
        self.text += text;
        self.values.extend(values);
    }
}
