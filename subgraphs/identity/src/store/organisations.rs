//! `companies` and `teams`.

use kit_database::{DatabaseError, Executor, Row};
use kit_ids::{CompanyId, TeamId};

use crate::domain::{Company, Team};

const COMPANIES: &str = "SELECT id, name FROM companies WHERE id IN (..)";
const TEAMS: &str = "SELECT id, company_id, name FROM teams WHERE id IN (..)";
const COMPANY_MEMBERS: &str =
    "SELECT company_id AS id, COUNT(*) AS members FROM users WHERE company_id IN (..) GROUP BY company_id";
const TEAM_MEMBERS: &str =
    "SELECT team_id AS id, COUNT(*) AS members FROM users WHERE team_id IN (..) GROUP BY team_id";

/// The companies of these ids, in no order.
pub(crate) async fn companies(on: impl Executor<'_>, ids: &[CompanyId]) -> Result<Vec<Company>, DatabaseError> {
    let rows = on.query(COMPANIES).bind_list(ids.iter().copied()).fetch_all().await?;
    rows.iter().map(|row| Ok(Company { id: row.get("id")?, name: row.get("name")? })).collect()
}

/// The teams of these ids, in no order.
pub(crate) async fn teams(on: impl Executor<'_>, ids: &[TeamId]) -> Result<Vec<Team>, DatabaseError> {
    let team = |row: &Row| Ok(Team { id: row.get("id")?, company_id: row.get("company_id")?, name: row.get("name")? });
    on.query(TEAMS).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(team).collect()
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
