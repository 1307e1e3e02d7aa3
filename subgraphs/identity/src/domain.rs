//! Pure types and rules of accounts and sessions (domain.md 3.1); no input or output.

mod credentials;
mod grid;
mod login_event;
mod membership;
mod notification;
mod partner;
mod partner_secret;
mod password_reset;
mod people;
mod phone;
mod profile;
mod session;
mod throttle;
mod user;
mod whence;

pub(crate) use credentials::{Email, EmailFault, PASSWORD_CHARACTERS_MAX, PasswordFault, check_password};
pub(crate) use grid::{GridCell, GridFault};
pub(crate) use login_event::{LoginEvent, LoginKind};
pub(crate) use membership::MembershipChange;
pub(crate) use notification::{Notice, Notification, moment};
pub(crate) use partner::{
    Barred, ClientId, ClientIdFault, Partner, PartnerChange, PartnerFault, PartnerId, PartnerTerms,
};
pub(crate) use partner_secret::{
    OVERLAP_MAX_US, OVERLAP_US, PartnerSecretId, SecretHash, StoredSecret, TooManySecrets, ends_after_rotation,
    generate as generate_secret,
};
pub(crate) use password_reset::{RESET_LIFETIME_US, ResetRequest, ResetRequestId, StoredReset, next_mail_attempt};
pub(crate) use people::{UserFilter, UserSort};
pub(crate) use phone::{
    CODE_LIFETIME_US, DAY_US, Guess, Phone, SENDS_MAX, StoredCode, TOKEN_LIFETIME_US, VerificationId, code,
};
pub(crate) use profile::{Handle, ProfileChange, ProfileFault, ProfileField, check_display_name};
pub(crate) use session::{
    LiveSession, Presented, RefreshDecision, SESSION_KEPT_US, Session, SessionId, StoredRefreshToken, decide_refresh,
    refresh_expiry,
};
pub(crate) use throttle::{Allowance, Attempts, WINDOW_US as THROTTLE_WINDOW_US, address_of, network_of};
pub(crate) use user::{Company, Team, User, UserStatus};
pub(crate) use whence::{SignInMail, SignInMailId, Whence};
