//! What resolvers read by key, many at a time: one statement per loader (P16).

use std::collections::{BTreeSet, HashMap};

use kit_database::{Database, DatabaseError};
use kit_graph::{BatchLoad, Loaders};
use kit_ids::{CompanyId, LoginEventId, NotificationId, TeamId, UserId};
use kit_paging::Windows;
use kit_service::{batch_loader, window_loader};
use kit_viewer::Role;

use crate::domain::{Company, LoginEvent, LoginKind, Notification, Partner, PartnerId, StoredSecret, Team, User};
use crate::store::{login_events, notifications, organisations, partner_secrets, partners, people, users};

/// The order of histories: newest first.
pub(crate) use crate::store::login_events::NEWEST as HISTORY_ORDER;
/// The order of notices, newest first, and where each stands in it.
pub(crate) use crate::store::notifications::{NEWEST as NOTICES_ORDER, position as notice_position};
/// The orders of companies and of teams, by name, and where each stands in them.
pub(crate) use crate::store::organisations::{COMPANIES_BY_NAME, TEAMS_BY_NAME, company_position, team_position};
/// The order of partners, by name, and where each stands in it.
pub(crate) use crate::store::partners::{PARTNERS_BY_NAME, position as partner_position};
/// The orders of people, and where each stands in them.
pub(crate) use crate::store::people::{order as people_order, position as people_position};

/// The loaders of one request.
pub(crate) fn loaders(database: &Database) -> Loaders {
    let database = || database.clone();
    Loaders::new()
        .with(UserById(database()))
        .with(UserByHandle(database()))
        .with(RolesOfUser(database()))
        .with(CompanyById(database()))
        .with(TeamById(database()))
        .with(CompanyMembers(database()))
        .with(TeamMembers(database()))
        .with(CompanyTeams(database()))
        .with(Windows(TeamsOfCompany(database())))
        .with(Windows(PeopleOfTeam(database())))
        .with(LoginEventById(database()))
        .with(LoginEventCount(database()))
        .with(Windows(LoginHistory(database())))
        .with(NotificationById(database()))
        .with(NotificationCount(database()))
        .with(Windows(NotificationsOfUser(database())))
        .with(PartnerById(database()))
        .with(SecretsOfPartner(database()))
}

batch_loader!(
    /// A user.
    pub(crate) UserById: UserId => User, |database, ids| users::by_ids(database, ids), |user| (user.id, user)
);
batch_loader!(
    /// A user, by the handle of now.
    pub(crate) UserByHandle: String => User, |database, handles| users::by_handles(database, handles),
    |user| (user.handle.clone(), user)
);
batch_loader!(
    /// What a user may act as.
    pub(crate) RolesOfUser: UserId => BTreeSet<Role>, |database, ids| users::roles(database, ids), |roles| roles
);
batch_loader!(
    /// A company.
    pub(crate) CompanyById: CompanyId => Company, |database, ids| organisations::companies(database, ids),
    |company| (company.id, company)
);
batch_loader!(
    /// A team.
    pub(crate) TeamById: TeamId => Team, |database, ids| organisations::teams(database, ids), |team| (team.id, team)
);
batch_loader!(
    /// How many people a company has; missing when none.
    pub(crate) CompanyMembers: CompanyId => i64,
    |database, ids| organisations::company_members(database, ids), |count| count
);
batch_loader!(
    /// How many people a team has; missing when none.
    pub(crate) TeamMembers: TeamId => i64, |database, ids| organisations::team_members(database, ids), |count| count
);
batch_loader!(
    /// How many teams a company has; missing when none.
    pub(crate) CompanyTeams: CompanyId => i64,
    |database, ids| organisations::company_teams(database, ids), |count| count
);
batch_loader!(
    /// An entry of somebody's history.
    pub(crate) LoginEventById: LoginEventId => LoginEvent, |database, ids| login_events::by_ids(database, ids),
    |event| (event.id, event)
);

batch_loader!(
    /// A notice.
    pub(crate) NotificationById: NotificationId => Notification, |database, ids| notifications::by_ids(database, ids),
    |notification| (notification.id, notification)
);

batch_loader!(
    /// A partner.
    pub(crate) PartnerById: PartnerId => Partner, |database, ids| partners::by_ids(database, ids),
    |partner| (partner.id, partner)
);

/// The secrets of a partner by its client id, oldest first; missing when it has none.
pub(crate) struct SecretsOfPartner(Database);

impl BatchLoad for SecretsOfPartner {
    type Key = String;
    type Value = Vec<StoredSecret>;
    type Error = DatabaseError;

    async fn load(&self, client_ids: &[String]) -> Result<HashMap<String, Vec<StoredSecret>>, DatabaseError> {
        let mut secrets: HashMap<String, Vec<StoredSecret>> = HashMap::with_capacity(client_ids.len());
        for (client_id, secret) in partner_secrets::of_clients(&self.0, client_ids).await? {
            secrets.entry(client_id).or_default().push(secret);
        }
        Ok(secrets)
    }
}

/// How many notices a user has, of those not read when only they are wanted; missing when none.
pub(crate) struct NotificationCount(Database);

impl BatchLoad for NotificationCount {
    type Key = (UserId, bool);
    type Value = i64;
    type Error = DatabaseError;

    async fn load(&self, keys: &[Self::Key]) -> Result<HashMap<Self::Key, i64>, DatabaseError> {
        let mut counts = HashMap::with_capacity(keys.len());
        for unread_only in [false, true] {
            let users: Vec<UserId> = keys.iter().filter(|key| key.1 == unread_only).map(|key| key.0).collect();
            if !users.is_empty() {
                let counted = notifications::count(&self.0, &users, unread_only).await?;
                counts.extend(counted.into_iter().map(|(user, count)| ((user, unread_only), count)));
            }
        }
        Ok(counts)
    }
}

/// How many entries a user's history has, of one kind when it is given; missing when none.
pub(crate) struct LoginEventCount(Database);

impl BatchLoad for LoginEventCount {
    type Key = (UserId, Option<LoginKind>);
    type Value = i64;
    type Error = DatabaseError;

    async fn load(&self, keys: &[Self::Key]) -> Result<HashMap<Self::Key, i64>, DatabaseError> {
        let mut users_by_kind: HashMap<Option<LoginKind>, Vec<UserId>> = HashMap::new();
        for (user, kind) in keys {
            users_by_kind.entry(*kind).or_default().push(*user);
        }
        let mut counts = HashMap::with_capacity(keys.len());
        for (kind, users) in users_by_kind {
            let counted = login_events::count(&self.0, &users, kind).await?;
            counts.extend(counted.into_iter().map(|(user, count)| ((user, kind), count)));
        }
        Ok(counts)
    }
}

window_loader!(
    /// A user's history, page by page.
    pub(crate) LoginHistory: UserId, Option<LoginKind> => LoginEvent, login_events::windows
);
window_loader!(
    /// The teams of a company, by name.
    pub(crate) TeamsOfCompany: CompanyId, () => Team, organisations::teams_of_companies
);
window_loader!(
    /// The people of a team, by name.
    pub(crate) PeopleOfTeam: TeamId, () => User, people::of_teams
);
window_loader!(
    /// What a user is told, page by page; what they have not read when only that is wanted.
    pub(crate) NotificationsOfUser: UserId, bool => Notification, notifications::windows
);
