//! Identity's share of the demonstration world (domain.md 5.1).

use async_trait::async_trait;
use kit_database::Database;
use kit_demonstration::{
    BulkInsert, DemonstrationError, DemonstrationPassword, Persona, Progress, Seeder, Table, World, row, table,
};
use kit_ids::SystemRandomness;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use crate::service::passwords::hash_now;
use crate::service::{AuthError, PartnerError, Partners};

const COMPANIES: Table = table! {
    companies key { id: Bytes } columns { name: Text, created_at: Integer }
};
const TEAMS: Table = table! {
    teams key { id: Bytes }
    columns { company_id: Bytes, name: Text, invite_code_hash: Bytes, created_at: Integer }
};
const USERS: Table = table! {
    users key { id: Bytes }
    columns {
        handle: Text, email: Text, email_verified_at: Integer, phone: Text, display_name: Text, bio: Text,
        interests: Text, company_id: Bytes, team_id: Bytes, nx: Integer, ny: Integer, status: Text, created_at: Integer,
        deactivated_at: Integer, deactivated_by: Bytes,
    }
};
const CREDENTIALS: Table = table! {
    credentials key { user_id: Bytes } columns {} unchecked { phc }
};
const USER_ROLES: Table = table! {
    user_roles key { user_id: Bytes, role: Text } columns {}
};
const LOGIN_EVENTS: Table = table! {
    login_events key { id: Bytes }
    columns { user_id: Bytes, kind: Text, at: Integer, ip: Text, user_agent: Text, session_id: Bytes }
};
const PARTNERS: Table = table! {
    partners key { client_id: Text }
    columns {
        name: Text, scopes: Text, contract: Text, operations_per_second: Integer, cost_per_minute: Integer,
        created_at: Integer,
    }
};
const PARTNER_SECRETS: Table = table! {
    partner_secrets key { client_id: Text } columns { created_at: Integer }
};
const TABLES: &[Table] = &[COMPANIES, TEAMS, USERS, CREDENTIALS, USER_ROLES, LOGIN_EVENTS, PARTNERS, PARTNER_SECRETS];
const NAME: &str = "identity";
/// The one partner; its secret is the password of the accounts.
const PARTNER: &str = "partner_demo";
const PARTNER_NAME: &str = "Demonstration partner";

/// Writes identity's share. All accounts have one password, hashed once: a hash of each would take minutes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IdentitySeeder;

impl IdentitySeeder {
    async fn users(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
        let mut users = BulkInsert::new(database, USERS, progress.table(NAME, "users", world.users().len()));
        let administrator = world.persona(Persona::Admin).id;
        for user in world.users() {
            let interests = serde_json::to_string(&user.interests).expect("invariant: ids can be written as JSON");
            let (nx, ny) = (user.home.map(|home| i64::from(home.nx)), user.home.map(|home| i64::from(home.ny)));
            let row = row![
                user.id,
                &user.handle,
                &user.email,
                user.email_verified_at,
                user.phone.clone(),
                &user.display_name,
                user.bio,
                interests,
                user.company_id,
                user.team_id,
                nx,
                ny,
                user.status.name(),
                user.created_at,
                user.deactivated_at,
                user.deactivated_at.map(|_| administrator),
            ];
            users.push(row).await?;
        }
        users.finish().await
    }

    async fn sign_in(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
        let password = SecretString::from(DemonstrationPassword::from_environment()?.expose());
        let phc = hash_now(&password, &SystemRandomness)
            .expect("invariant: Argon2 hashes any password of at most 128 characters with valid parameters");
        let rows = world.users().len();
        let mut credentials = BulkInsert::new(database, CREDENTIALS, progress.table(NAME, "credentials", rows));
        for user in world.users() {
            credentials.push(row![user.id, &phc]).await?;
        }
        credentials.finish().await?;
        let mut roles = BulkInsert::new(database, USER_ROLES, progress.table(NAME, "user_roles", rows));
        for user in world.users() {
            for role in &user.roles {
                roles.push(row![user.id, role.name()]).await?;
            }
        }
        roles.finish().await
    }
}

#[async_trait]
impl Seeder for IdentitySeeder {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> &'static [Table] {
        TABLES
    }

    async fn seed(&self, world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
        organisations(world, database, progress).await?;
        Self::users(world, database, progress).await?;
        Self::sign_in(world, database, progress).await?;
        history(world, database, progress).await?;
        partner(world, database).await
    }
}

async fn organisations(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let rows = progress.table(NAME, "companies", world.companies().len());
    let mut companies = BulkInsert::new(database, COMPANIES, rows);
    for company in world.companies() {
        companies.push(row![company.id, &company.name, company.created_at]).await?;
    }
    companies.finish().await?;
    let mut teams = BulkInsert::new(database, TEAMS, progress.table(NAME, "teams", world.teams().len()));
    for team in world.teams() {
        let invite_code_hash: [u8; 32] = Sha256::digest(&team.invite_code).into();
        teams.push(row![team.id, team.company_id, team.name, invite_code_hash, team.created_at]).await?;
    }
    teams.finish().await
}

async fn partner(world: &World, database: &Database) -> Result<(), DemonstrationError> {
    let secret = SecretString::from(DemonstrationPassword::from_environment()?.expose());
    let (named, now) = ((PARTNER, PARTNER_NAME), world.key().anchor.micros());
    match Partners::register(database, named, (&secret, &SystemRandomness), now).await {
        Ok(()) => Ok(()),
        Err(PartnerError::Auth(AuthError::Database(source))) => {
            Err(DemonstrationError::Database { action: "write into partners".to_owned(), source })
        }
        Err(error) => panic!("invariant: the demonstration partner keeps every rule of partners: {error}"),
    }
}

async fn history(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let rows = world.users().iter().map(|user| world.login_events(user).len()).sum();
    let mut events = BulkInsert::new(database, LOGIN_EVENTS, progress.table(NAME, "login_events", rows));
    for user in world.users() {
        for event in world.login_events(user) {
            let kind = event.kind.name();
            events.push(row![event.id, user.id, kind, event.at, &event.ip, event.user_agent, event.session_id]).await?;
        }
    }
    events.finish().await
}
