//! The security token service: one role for another, or for the token of another identity provider.
//!
//! It speaks the query protocol: forms in, XML out. See
//! <https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html>.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderValue, Response, header};
use serde_json::json;

use crate::body::ReplyBody;
use crate::credentials::Credentials;
use crate::digest;
use crate::endpoint::{Call, Endpoint};
use crate::exchange::form::{Form, element, text};
use crate::exchange::{CredentialSource, role_id, timestamps};
use crate::identifiers;
use crate::refusal::Refusal;

/// The namespace of its answers.
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
/// Who vouches for the web identities here.
const ISSUER: &str = "oidc.emulated.example";
const SUBJECT: &str = "system:serviceaccount:default:emulated";
/// How long a session lives if nobody says, and at most.
const SESSION: Duration = Duration::from_hours(1);

/// A role that can be assumed: by everyone with credentials, and with every web identity of the emulator's.
///
/// ```
/// use clawdia_bedrock_emulator::{Emulator, Role};
///
/// let builder = Emulator::builder().role("bedrock-caller").role(Role::new("audited").external_id("ticket-17"));
/// ```
#[derive(Clone, Debug)]
pub struct Role {
    pub(crate) name: String,
    pub(crate) external_id: Option<String>,
}

impl Role {
    /// A role of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), external_id: None }
    }

    /// Can be assumed only with this external id.
    #[must_use]
    pub fn external_id(mut self, external_id: impl Into<String>) -> Self {
        self.external_id = Some(external_id.into());
        self
    }
}

impl From<&str> for Role {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Role {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

/// The web identity tokens that were made here, the newest last, and the moment each expired, if it has.
pub(crate) struct IdentityTokens(Mutex<Vec<(String, Option<SystemTime>)>>);

impl IdentityTokens {
    pub(crate) fn new() -> Self {
        let tokens = Self(Mutex::default());
        tokens.renew();
        tokens
    }

    /// The newest token.
    pub(crate) fn newest(&self) -> String {
        self.tokens().last().map(|(token, _)| token.clone()).unwrap_or_default()
    }

    /// Makes another token, besides the earlier ones.
    pub(crate) fn renew(&self) -> String {
        let now = seconds(SystemTime::now());
        let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
        let token = format!(
            "{}.{}.{}",
            encode(json!({ "alg": "RS256", "kid": "emulated", "typ": "JWT" }).to_string()),
            encode(
                json!({
                    "aud": ["sts.amazonaws.com"],
                    "exp": now + 86_400,
                    "iat": now,
                    "iss": format!("https://{ISSUER}"),
                    "jti": identifiers::letters(22),
                    "sub": SUBJECT,
                })
                .to_string()
            ),
            encode(identifiers::letters(256)),
        );
        self.tokens().push((token.clone(), None));
        token
    }

    /// Ends the time of all tokens so far.
    pub(crate) fn expire(&self) {
        let now = SystemTime::now();
        for (_, expired) in self.tokens().iter_mut() {
            expired.get_or_insert(now);
        }
    }

    fn check(&self, shown: &str) -> Result<(), Refusal> {
        let tokens = self.tokens();
        let known = tokens.iter().find(|(token, _)| digest::equal(token.as_bytes(), shown.as_bytes()));
        match known {
            Some((_, None)) => Ok(()),
            Some((_, Some(expired))) => Err(Refusal::new(
                400,
                "ExpiredTokenException",
                format!(
                    "Token expired: current date/time {} must be before the expiration date/time {}",
                    seconds(SystemTime::now()),
                    seconds(*expired)
                ),
            )),
            None if shown.split('.').count() == 3 => Err(Refusal::new(
                400,
                "InvalidIdentityToken",
                "Couldn't retrieve verification key from your identity provider,  please reference \
                 AssumeRoleWithWebIdentity documentation for requirements",
            )),
            None => Err(Refusal::new(
                400,
                "InvalidIdentityToken",
                "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
            )),
        }
    }

    fn tokens(&self) -> MutexGuard<'_, Vec<(String, Option<SystemTime>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Endpoint {
    pub(super) fn assume_role(&self, call: &Call) -> Result<Response<ReplyBody>, Refusal> {
        let principal = self.guard.admit_to_token_service(&call.parts, &call.body)?;
        let caller = self.account.caller_arn(principal);
        let form = Form::read(&call.body);
        let lifetime = check(&form)?;
        let arn = form.get("RoleArn");
        let role = self.role(arn).filter(|role| {
            let external_id = form.get("ExternalId");
            role.external_id.as_deref().is_none_or(|wanted| wanted == external_id)
        });
        let role = role.filter(|_| !self.permissions.denies("sts:AssumeRole")).ok_or_else(|| {
            Refusal::access_denied(format!(
                "User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}"
            ))
        })?;
        let (user, credentials) = self.session(CredentialSource::AssumedRole, role, &form, lifetime);
        Ok(answer("AssumeRole", &format!("{user}{credentials}")))
    }

    pub(super) fn assume_role_with_web_identity(&self, call: &Call) -> Result<Response<ReplyBody>, Refusal> {
        let form = Form::read(&call.body);
        let lifetime = check(&form)?;
        let token = form.get("WebIdentityToken");
        if token.len() < 4 {
            return Err(violation(
                token,
                "webIdentityToken",
                "Member must have length greater than or equal to 4",
            ));
        }
        self.exchanges.identity_tokens.check(token)?;
        let denied = self.permissions.denies("sts:AssumeRoleWithWebIdentity");
        let role = self.role(form.get("RoleArn")).filter(|_| !denied).ok_or_else(|| {
            Refusal::access_denied("Not authorized to perform sts:AssumeRoleWithWebIdentity")
        })?;
        let (user, credentials) = self.session(CredentialSource::WebIdentity, role, &form, lifetime);
        let account = &self.account;
        let provider = format!("arn:{}:iam::{}:oidc-provider/{ISSUER}", account.partition(), account.id);
        let content = [
            text("Audience", "sts.amazonaws.com"),
            user,
            text("Provider", &provider),
            credentials,
            text("SubjectFromWebIdentityToken", SUBJECT),
        ];
        Ok(answer("AssumeRoleWithWebIdentity", &content.concat()))
    }

    pub(super) fn caller_identity(&self, call: &Call) -> Result<Response<ReplyBody>, Refusal> {
        let principal = self.guard.admit_to_token_service(&call.parts, &call.body)?;
        let arn = self.account.caller_arn(principal);
        let user_id = match arn.split('/').collect::<Vec<_>>()[..] {
            [_, role, session] => format!("{}:{session}", role_id(role)),
            _ => role_id(&arn).replace("AROA", "AIDA"),
        };
        let content = [text("Arn", &arn), text("UserId", &user_id), text("Account", &self.account.id)];
        Ok(answer("GetCallerIdentity", &content.concat()))
    }

    fn role(&self, arn: &str) -> Option<&Role> {
        self.exchanges.roles.iter().find(|role| self.account.role_arn(&role.name) == arn)
    }

    // What an answer says of the user that somebody has become, and the keys.
    fn session(
        &self,
        source: CredentialSource,
        role: &Role,
        form: &Form,
        lifetime: Duration,
    ) -> (String, String) {
        let session = form.get("RoleSessionName");
        let arn = self.account.session_arn(&role.name, session);
        let credentials = self.exchanges.issuer.issue(&self.guard, source, &arn, lifetime);
        let id = text("AssumedRoleId", &format!("{}:{session}", role_id(&role.name)));
        (element("AssumedRoleUser", &format!("{id}{}", text("Arn", &arn))), keys(&credentials))
    }
}

fn keys(credentials: &Credentials) -> String {
    let (_, expires) = timestamps(credentials);
    let content = [
        text("AccessKeyId", &credentials.access_key_id),
        text("SecretAccessKey", &credentials.secret_access_key),
        text("SessionToken", credentials.session_token.as_deref().unwrap_or_default()),
        text("Expiration", &expires),
    ];
    element("Credentials", &content.concat())
}

fn answer(action: &str, result: &str) -> Response<ReplyBody> {
    let request_id = identifiers::request_id();
    let metadata = text("RequestId", request_id.to_str().unwrap_or_default());
    let content = format!(
        "<{action}Response xmlns=\"{NAMESPACE}\">{}{}</{action}Response>\n",
        element(&format!("{action}Result"), result),
        element("ResponseMetadata", &metadata),
    );
    let mut response = Response::new(ReplyBody::fixed(Bytes::from(content)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    headers.insert("x-amzn-requestid", request_id);
    response
}

// What both ways to assume a role ask for; the life of the session.
fn check(form: &Form) -> Result<Duration, Refusal> {
    let arn = form.get("RoleArn");
    if arn.len() < 20 {
        return Err(violation(arn, "roleArn", "Member must have length greater than or equal to 20"));
    }
    if !arn.starts_with("arn:") || !arn.contains(":role/") {
        return Err(Refusal::new(400, "ValidationError", format!("{arn} is invalid")));
    }
    let session = form.get("RoleSessionName");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if session.len() < 2 {
        return Err(violation(
            session,
            "roleSessionName",
            "Member must have length greater than or equal to 2",
        ));
    }
    if session.len() > 64 {
        return Err(violation(
            session,
            "roleSessionName",
            "Member must have length less than or equal to 64",
        ));
    }
    if !session.bytes().all(plain) {
        return Err(violation(
            session,
            "roleSessionName",
            "Member must satisfy regular expression pattern: [\\w+=,.@-]*",
        ));
    }
    let wanted = match form.get("DurationSeconds") {
        "" => return Ok(SESSION),
        wanted => wanted,
    };
    let bad = |constraint| violation(wanted, "durationSeconds", constraint);
    match wanted.parse::<u64>() {
        Ok(0..900) | Err(_) => Err(bad("Member must have value greater than or equal to 900")),
        Ok(43_201..) => Err(bad("Member must have value less than or equal to 43200")),
        Ok(wanted) if Duration::from_secs(wanted) > SESSION => Err(Refusal::new(
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )),
        Ok(wanted) => Ok(Duration::from_secs(wanted)),
    }
}

fn violation(value: &str, name: &str, constraint: &str) -> Refusal {
    let text =
        format!("1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: ");
    Refusal::new(400, "ValidationError", text + constraint)
}

fn seconds(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
