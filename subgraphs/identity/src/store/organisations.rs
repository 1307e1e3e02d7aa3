//! `companies` and `teams`.

use kit_database::{Database, DatabaseError, Executor, Row};
use kit_ids::{CompanyId, TeamId};
use kit_paging::{Order, PageRequest, Position, SortKey, Window};

use super::beginning;
use crate::domain::{Company, Team};

/// Companies by name.
pub(crate) const COMPANIES_BY_NAME: Order = Order::new("companies.name", &[SortKey::ascending("c.name")], "c.id");
/// Teams by name.
pub(crate) const TEAMS_BY_NAME: Order = Order::new("teams.name", &[SortKey::ascending("t.name")], "t.id");

const COMPANIES: &str = "SELECT id, name FROM companies WHERE id IN (..)";
const TEAMS: &str = "SELECT id, company_id, name FROM teams WHERE id IN (..)";
const COMPANY_TEAMS: &str =
    "SELECT company_id AS id, COUNT(*) AS teams FROM teams WHERE company_id IN (..) GROUP BY company_id";
const INVITED_TO: &str = "SELECT id, company_id, name FROM teams WHERE invite_code_hash = ? ORDER BY id";
const COMPANY_MEMBERS: &str = "SELECT company_id AS id, COUNT(*) AS members FROM users
  WHERE company_id IN (..) AND status <> 'DEACTIVATED' GROUP BY company_id";
const TEAM_MEMBERS: &str = "SELECT team_id AS id, COUNT(*) AS members FROM users
  WHERE team_id IN (..) AND status <> 'DEACTIVATED' GROUP BY team_id";

/// The name begins with a text, which is empty when every name will do.
const NAMED: &str = "(c.name LIKE ? ESCAPE '!' OR LOWER(c.name) LIKE ? ESCAPE '!')";

/// The companies of these ids, in no order.
pub(crate) async fn companies(on: impl Executor<'_>, ids: &[CompanyId]) -> Result<Vec<Company>, DatabaseError> {
    let rows = on.query(COMPANIES).bind_list(ids.iter().copied()).fetch_all().await?;
    rows.iter().map(company).collect()
}

/// One page of the companies, of those whose name begins with a text when it is given.
pub(crate) async fn company_page(
    on: impl Executor<'_>,
    text: Option<&str>,
    page: &PageRequest,
) -> Result<Vec<Company>, DatabaseError> {
    let keyset = COMPANIES_BY_NAME.keyset(page);
    let sql = format!(
        "SELECT c.id, c.name FROM companies c WHERE {NAMED} AND {} ORDER BY {} LIMIT ?",
        keyset.condition, keyset.order_by
    );
    let patterns = patterns(text);
    let query = patterns.into_iter().fold(on.query_assembled(sql), kit_database::Query::bind);
    keyset.bind_to(query).bind(keyset.limit).fetch_all().await?.iter().map(company).collect()
}

/// How many companies there are, of those whose name begins with a text when it is given.
pub(crate) async fn company_count(on: impl Executor<'_>, text: Option<&str>) -> Result<i64, DatabaseError> {
    let query = on.query_assembled(format!("SELECT COUNT(*) AS companies FROM companies c WHERE {NAMED}"));
    patterns(text).into_iter().fold(query, kit_database::Query::bind).fetch_one().await?.get("companies")
}

/// As it is typed, and whatever its case.
fn patterns(text: Option<&str>) -> [String; 2] {
    let text = text.unwrap_or_default();
    [beginning(text), beginning(&text.to_lowercase())]
}

/// The teams of these ids, in no order.
pub(crate) async fn teams(on: impl Executor<'_>, ids: &[TeamId]) -> Result<Vec<Team>, DatabaseError> {
    on.query(TEAMS).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(team).collect()
}

/// The team that a code invites to.
pub(crate) async fn invited_to(
    on: impl Executor<'_>,
    invite_code_hash: &[u8; 32],
) -> Result<Option<Team>, DatabaseError> {
    on.query(INVITED_TO).bind(invite_code_hash).fetch_optional().await?.as_ref().map(team).transpose()
}

/// One page of the teams of each of these companies, by name.
pub(crate) async fn teams_of_companies(
    database: &Database,
    companies: &[CompanyId],
    window: &Window<()>,
) -> Result<Vec<(CompanyId, Team)>, DatabaseError> {
    let keyset = TEAMS_BY_NAME.keyset(&window.page);
    let sql = format!(
        "SELECT * FROM (
           SELECT t.id, t.company_id, t.name, ROW_NUMBER() OVER (PARTITION BY t.company_id ORDER BY {}) AS place
           FROM teams t WHERE t.company_id IN (..) AND {}
         ) ranked WHERE place <= ? ORDER BY place",
        keyset.order_by, keyset.condition
    );
    let query = database.query_assembled(sql).bind_list(companies.iter().copied());
    let rows = keyset.bind_to(query).bind(keyset.limit).fetch_all().await?;
    rows.iter().map(|row| team(row).map(|team| (team.company_id, team))).collect()
}

/// How many teams each of these companies has; those without any are missing.
pub(crate) async fn company_teams(
    on: impl Executor<'_>,
    ids: &[CompanyId],
) -> Result<Vec<(CompanyId, i64)>, DatabaseError> {
    let rows = on.query(COMPANY_TEAMS).bind_list(ids.iter().copied()).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("teams")?))).collect()
}

/// Where a company stands in [`COMPANIES_BY_NAME`].
pub(crate) fn company_position(company: &Company) -> Position {
    Position::new([company.name.as_str().into()], company.id)
}

/// Where a team stands in [`TEAMS_BY_NAME`].
pub(crate) fn team_position(team: &Team) -> Position {
    Position::new([team.name.as_str().into()], team.id)
}

fn company(row: &Row) -> Result<Company, DatabaseError> {
    Ok(Company { id: row.get("id")?, name: row.get("name")? })
}

fn team(row: &Row) -> Result<Team, DatabaseError> {
    Ok(Team { id: row.get("id")?, company_id: row.get("company_id")?, name: row.get("name")? })
}

/// How many people each of these companies has; those without any are missing.
pub(crate) async fn company_members(
    on: impl Executor<'_>,
    ids: &[CompanyId],
) -> Result<Vec<(CompanyId, i64)>, DatabaseError> {
    let rows = on.query(COMPANY_MEMBERS).bind_list(ids.iter().copied()).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("members")?))).collect()
}

/// How many people each of these teams has; those without any are missing.
pub(crate) async fn team_members(on: impl Executor<'_>, ids: &[TeamId]) -> Result<Vec<(TeamId, i64)>, DatabaseError> {
    let rows = on.query(TEAM_MEMBERS).bind_list(ids.iter().copied()).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("members")?))).collect()
}
