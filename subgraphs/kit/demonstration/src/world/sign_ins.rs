//! Who signed in and out when: identity's `login_events` (S0-AUTH-3).

use kit_ids::LoginEventId;
use serde::Serialize;

use super::{Archetype, Persona, User, UserStatus, WorldKey, mint};
use crate::{
    random::RowRandom,
    timeline::{self, DAY, HOUR, MINUTE, SECOND, UtcMicros},
};

/// Sessions of one user at most.
const SESSIONS_MAX: u32 = 20;
/// Sessions of a persona at least, so that every sign-in history shows something.
const PERSONA_SESSIONS_MIN: u32 = 4;

/// What happened at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "values of identity's `LoginKind` (domain.md 2.1)")]
pub enum LoginKind {
    Login,
    Logout,
    LoginFailed,
    PasswordReset,
}

impl LoginKind {
    /// The GraphQL and SQL name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "LOGIN",
            Self::Logout => "LOGOUT",
            Self::LoginFailed => "LOGIN_FAILED",
            Self::PasswordReset => "PASSWORD_RESET",
        }
    }
}

/// One line of a user's sign-in history.
#[derive(Clone, Debug, Serialize)]
pub struct LoginEvent {
    /// The event's id.
    pub id: LoginEventId,
    /// What happened.
    pub kind: LoginKind,
    /// When it happened.
    pub at: UtcMicros,
    /// From where: an address reserved for documentation (RFC 5737).
    pub ip: String,
    /// The browser or app.
    pub user_agent: &'static str,
    /// The session that began or ended, as the bytes of a ULID; none when nobody got in.
    pub session_id: Option<[u8; 16]>,
}

const USER_AGENTS: [&str; 5] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
    "Lyceum/3.2 (Android 16; ko-KR)",
    "Lyceum/3.2 (iOS 19.1; ko-KR)",
];
const DOCUMENTATION_NETWORKS: [&str; 3] = ["192.0.2", "198.51.100", "203.0.113"];

/// The history of one user, in order of time.
pub(super) fn of(key: &WorldKey, user: &User) -> Vec<LoginEvent> {
    let mut random = key.random("login_events", user.row);
    let mut events = Vec::new();
    // People have one or two devices and places.
    let places: Vec<(String, &'static str)> = (0..2).map(|_| place(&mut random)).collect();
    for signed_in_at in sign_in_times(key, user, &mut random) {
        let (ip, user_agent) = random.pick(&places);
        let mut record = |kind: LoginKind, at: UtcMicros, session_id: Option<[u8; 16]>, random: &mut RowRandom| {
            events.push(LoginEvent { id: mint(at, random), kind, at, ip: ip.clone(), user_agent, session_id });
        };
        if random.chance(70) {
            record(LoginKind::LoginFailed, signed_in_at - 25 * SECOND, None, &mut random);
        } else if random.chance(15) {
            record(LoginKind::PasswordReset, signed_in_at - 2 * MINUTE, None, &mut random);
        }
        let session = Some(super::ulid_bytes(signed_in_at, &mut random));
        record(LoginKind::Login, signed_in_at, session, &mut random);
        let stayed = random.between(4 * 60, 110 * 60) * SECOND;
        if random.chance(350) && signed_in_at + stayed < key.anchor.micros() {
            record(LoginKind::Logout, signed_in_at + stayed, session, &mut random);
        }
    }
    events.sort_by_key(|event| event.at);
    events
}

/// Registration signs in; afterwards people come back as their archetype and activity have it.
fn sign_in_times(key: &WorldKey, user: &User, random: &mut RowRandom) -> Vec<UtcMicros> {
    let registered = user.created_at + 5 * MINUTE;
    let mut times = vec![registered];
    if user.persona == Some(Persona::NewUser) || user.status == UserStatus::Deactivated {
        return times;
    }
    let per_user = match user.archetype {
        Archetype::Learner | Archetype::Mentor => 8.0,
        Archetype::DramaBinger | Archetype::Walker => 6.0,
        Archetype::Critic => 5.0,
        Archetype::Lurker => 2.0,
    };
    let drawn = random.poisson(per_user * f64::from(user.activity_per_mille) / 500.0).min(SESSIONS_MAX);
    let sessions = if user.persona.is_some() { drawn.max(PERSONA_SESSIONS_MIN) } else { drawn };
    let (from, to) = (registered + HOUR, key.anchor.micros() - 3 * MINUTE);
    if from + DAY < to {
        times.extend((0..sessions).map(|_| timeline::instant(random, from, to)));
    }
    times.sort_unstable();
    times
}

fn place(random: &mut RowRandom) -> (String, &'static str) {
    let network = random.pick(&DOCUMENTATION_NETWORKS);
    (format!("{network}.{}", random.between(1, 254)), *random.pick(&USER_AGENTS))
}
