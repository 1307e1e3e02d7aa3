//! Who exists: companies, their teams, and the users. Identity writes these rows; every other subgraph refers to them.

mod roles;

use std::collections::HashSet;

use kit_ids::{CategoryId, CompanyId, TeamId, UserId};
use serde::Serialize;

pub use self::roles::Role;
use super::{
    Persona, WorldKey, catalogue, mint,
    names::{self, Names},
    places::{CITIES, City, GridPoint},
};
use crate::{
    random::{RowRandom, distribution::Weighted},
    timeline::{self, DAY, HOUR, MINUTE, UtcMicros},
};

/// What a person comes for; it drives the rates of every domain, so that data correlate across subgraphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the archetypes of domain.md 5.1")]
pub enum Archetype {
    Learner,
    DramaBinger,
    Critic,
    Walker,
    Mentor,
    Lurker,
}

/// The mixture of archetypes, in per cent (domain.md 5.1).
const ARCHETYPES: [(Archetype, u64); 6] = [
    (Archetype::Learner, 35),
    (Archetype::DramaBinger, 25),
    (Archetype::Critic, 10),
    (Archetype::Walker, 20),
    (Archetype::Mentor, 5),
    (Archetype::Lurker, 5),
];

/// A closed account is erased 30 days later (domain.md 3.1).
const KEPT_FOR: UtcMicros = 29 * DAY;

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the values of identity's `UserStatus` (domain.md 2.1)")]
pub enum UserStatus {
    Active,
    Suspended,
    Deactivated,
}

impl UserStatus {
    /// The GraphQL and SQL name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::Deactivated => "DEACTIVATED",
        }
    }
}

/// An employer whose people walk together.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of identity's `companies` (domain.md 3.1)")]
pub struct Company {
    pub row: usize,
    pub id: CompanyId,
    pub name: String,
    pub created_at: UtcMicros,
}

/// A team of a company.
#[derive(Clone, Debug, Serialize)]
pub struct Team {
    /// The row in [`World::teams`](crate::World::teams).
    pub row: usize,
    /// The team's id.
    pub id: TeamId,
    /// The row of its company.
    pub company_row: usize,
    /// The id of its company.
    pub company_id: CompanyId,
    /// The name, unique within the company.
    pub name: &'static str,
    /// What a colleague types to join; identity stores only its hash.
    pub invite_code: String,
    /// When the team was set up.
    pub created_at: UtcMicros,
}

/// A person with an account.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// The row in [`World::users`](crate::World::users).
    pub row: usize,
    /// The user's id.
    pub id: UserId,
    /// When the account was registered.
    pub created_at: UtcMicros,
    /// The persona, for the first ten rows.
    pub persona: Option<Persona>,
    /// What the person comes for.
    pub archetype: Archetype,
    /// How active the person is, in thousandths.
    pub activity_per_mille: u16,
    /// The unique handle, `^[a-z0-9_]{3,24}$`.
    pub handle: String,
    /// The unique address, at `demo.invalid`.
    pub email: String,
    /// When the address was confirmed.
    pub email_verified_at: Option<UtcMicros>,
    /// A unique number in a range that is never assigned (+82 10 0…), or none.
    pub phone: Option<String>,
    /// The name shown to others.
    pub display_name: String,
    /// A line about the person, or none.
    pub bio: Option<&'static str>,
    /// Categories of interest, without repetition.
    pub interests: Vec<CategoryId>,
    /// The row of the team, whose company is the user's company.
    pub team_row: Option<usize>,
    /// The company's id.
    pub company_id: Option<CompanyId>,
    /// The team's id.
    pub team_id: Option<TeamId>,
    /// The cell of the weather grid the person lives in.
    pub home: Option<GridPoint>,
    /// Whether the account can be used.
    pub status: UserStatus,
    /// When the account was closed, by an administrator: not long ago, so that nothing is due to be erased yet.
    pub deactivated_at: Option<UtcMicros>,
    /// All roles, MENTEE first.
    pub roles: Vec<Role>,
}

impl User {
    /// Until when somebody did anything here.
    #[must_use]
    pub fn present_until(&self, anchor: UtcMicros) -> UtcMicros {
        self.deactivated_at.unwrap_or(anchor)
    }
}

/// Identity's share of the world.
#[derive(Debug, Serialize)]
pub(super) struct People {
    pub(super) companies: Vec<Company>,
    pub(super) teams: Vec<Team>,
    pub(super) users: Vec<User>,
    pub(super) mentors: Vec<usize>,
    pub(super) instructors: Vec<usize>,
}

/// The address of a handle; `.invalid` never resolves (RFC 2606), so no mail can leave.
pub(super) fn email(handle: &str) -> String {
    format!("{handle}@demo.invalid")
}

impl People {
    pub(super) fn new(key: &WorldKey) -> Self {
        let counts = key.profile.counts();
        let companies: Vec<Company> = (0..counts.companies).map(|row| company(key, row)).collect();
        let teams: Vec<Team> = (0..counts.teams).map(|row| team(key, row, &companies)).collect();
        let draws = Draws {
            key,
            teams: &teams,
            names: Names::new(),
            archetypes: Weighted::new(ARCHETYPES.iter().map(|(_, weight)| *weight)),
            cities: CITIES[..counts.weather_stations.min(CITIES.len())].to_vec(),
            team_sizes: Weighted::zipf(teams.len()),
        };
        // The personas' handles are taken before anybody else chooses one.
        let mut handles: HashSet<String> = Persona::ALL.iter().map(|persona| persona.handle().to_owned()).collect();
        let mut users: Vec<User> = (0..counts.users).map(|row| draws.user(row, &mut handles)).collect();
        let mentors = roles::appoint_mentors(&mut users, counts.mentors);
        let instructors = roles::appoint_instructors(&mut users, &mentors, counts.courses);
        Self { companies, teams, users, mentors, instructors }
    }
}

fn company(key: &WorldKey, row: usize) -> Company {
    let mut random = key.random("companies", row);
    let created_at = key.opening() + HOUR + row as i64 * MINUTE;
    Company { row, id: mint(created_at, &mut random), name: names::company(row), created_at }
}

fn team(key: &WorldKey, row: usize, companies: &[Company]) -> Team {
    let mut random = key.random("teams", row);
    let company = &companies[row % companies.len()];
    let created_at = company.created_at + DAY + row as i64 * MINUTE;
    Team {
        row,
        id: mint(created_at, &mut random),
        company_row: company.row,
        company_id: company.id,
        name: names::team(company, row / companies.len()),
        invite_code: invite_code(&mut random),
        created_at,
    }
}

/// Eight characters that cannot be mistaken for one another when read aloud.
fn invite_code(random: &mut RowRandom) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    (0..8).map(|_| char::from(*random.pick(ALPHABET))).collect()
}

/// What all users are drawn from.
struct Draws<'a> {
    key: &'a WorldKey,
    teams: &'a [Team],
    names: Names,
    archetypes: Weighted,
    cities: Vec<City>,
    team_sizes: Weighted,
}

impl Draws<'_> {
    fn user(&self, row: usize, handles: &mut HashSet<String>) -> User {
        let mut random = self.key.random("users", row);
        let persona = Persona::ALL.get(row).copied();
        let drawn = ARCHETYPES[self.archetypes.sample(&mut random)].0;
        let archetype = persona.map_or(drawn, Persona::archetype);
        let created_at = self.registration(row, persona, archetype, &mut random);
        let name = self.names.person(&mut random);
        let handle = match persona {
            Some(persona) => persona.handle().to_owned(),
            None => free_handle(names::handle(&name, &mut random), row, handles),
        };
        let team = self.team(persona, archetype, &mut random);
        let user = User {
            row,
            id: mint(created_at, &mut random),
            created_at,
            persona,
            archetype,
            activity_per_mille: random.per_mille(500.0, 180.0),
            email: email(&handle),
            handle,
            email_verified_at: (persona.is_some() || random.chance(900)).then_some(created_at + 3 * MINUTE),
            phone: random.chance(600).then(|| format!("+82100{row:07}")),
            display_name: persona.map_or(name.display_name, |persona| persona.display_name().to_owned()),
            bio: random.chance(550).then(|| *random.pick(bios(archetype))),
            interests: self.interests(&mut random),
            team_row: team.map(|team| team.row),
            company_id: team.map(|team| team.company_id),
            team_id: team.map(|team| team.id),
            home: self.home(persona, &mut random),
            status: if persona.is_some() { UserStatus::Active } else { status(&mut random) },
            deactivated_at: None,
            roles: vec![Role::Mentee],
        };
        User { deactivated_at: self.departure(&user), ..user }
    }

    fn departure(&self, user: &User) -> Option<UtcMicros> {
        let anchor = self.key.anchor.micros();
        let from = (user.created_at + HOUR / 2).max(anchor - KEPT_FOR);
        let mut random = self.key.random("departures", user.row);
        (user.status == UserStatus::Deactivated).then(|| timeline::instant(&mut random, from, anchor - MINUTE))
    }

    /// Personas have been here from the start, mentors since the first months; the others came as the platform grew.
    fn registration(
        &self,
        row: usize,
        persona: Option<Persona>,
        archetype: Archetype,
        random: &mut RowRandom,
    ) -> UtcMicros {
        let (opening, anchor) = (self.key.opening(), self.key.anchor.micros());
        match (persona, archetype) {
            (Some(Persona::NewUser), _) => anchor - HOUR,
            (Some(_), _) => opening + 2 * HOUR + row as i64 * MINUTE,
            (None, Archetype::Mentor) => timeline::instant(random, opening + DAY, opening + 120 * DAY),
            (None, _) => timeline::instant(random, opening + 2 * DAY, anchor - HOUR),
        }
    }

    /// Every walker walks for a team; most others work somewhere too.
    fn team(&self, persona: Option<Persona>, archetype: Archetype, random: &mut RowRandom) -> Option<&Team> {
        let employed = match persona {
            Some(persona) => persona == Persona::WalkerJung,
            None => archetype == Archetype::Walker || random.chance(650),
        };
        employed.then(|| &self.teams[self.team_sizes.sample(random)])
    }

    fn home(&self, persona: Option<Persona>, random: &mut RowRandom) -> Option<GridPoint> {
        let cities = Weighted::new(self.cities.iter().map(|city| city.weight));
        match persona {
            Some(Persona::NewUser) => None,
            Some(_) => Some(CITIES[0].grid),
            None => random.chance(850).then(|| self.cities[cities.sample(random)].grid),
        }
    }

    fn interests(&self, random: &mut RowRandom) -> Vec<CategoryId> {
        let mut rows: Vec<usize> = Vec::new();
        for _ in 0..random.below(4) {
            let row = random.index(self.key.profile.counts().categories);
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        rows.into_iter().map(|row| catalogue::category_id(self.key, row)).collect()
    }
}

/// The handle itself, or with the row's number when somebody has it already.
fn free_handle(wanted: String, row: usize, handles: &mut HashSet<String>) -> String {
    let handle = if handles.contains(&wanted) { format!("{wanted}_{row}") } else { wanted };
    handles.insert(handle.clone());
    handle
}

fn status(random: &mut RowRandom) -> UserStatus {
    match random.below(1_000) {
        0..10 => UserStatus::Suspended,
        10..25 => UserStatus::Deactivated,
        _ => UserStatus::Active,
    }
}

fn bios(archetype: Archetype) -> &'static [&'static str] {
    match archetype {
        Archetype::Learner => &[
            "하루 한 강의씩 꾸준히 듣고 있어요.",
            "퇴근 후 배우는 즐거움으로 삽니다.",
            "Learning something new every week.",
        ],
        Archetype::DramaBinger => {
            &["주말은 드라마 정주행!", "다음 화 버튼을 멈출 수 없는 사람.", "One more episode, then bed."]
        }
        Archetype::Critic => {
            &["별점에는 이유가 있어야 합니다.", "영화 끝나고 한 줄 남기는 사람.", "I read the credits."]
        }
        Archetype::Walker => {
            &["점심시간엔 무조건 산책.", "비 오는 날에도 만 보 걷기.", "Ten thousand steps, rain or shine."]
        }
        Archetype::Mentor => {
            &["모르는 것을 함께 알아가는 멘토입니다.", "질문은 언제나 환영해요.", "Ask me anything, twice if needed."]
        }
        Archetype::Lurker => &["조용히 둘러보는 중입니다.", "Just looking around."],
    }
}
