//! IAM Identity Center: the portal that gives keys for a login, and the service that renews logins.
//!
//! They are two services with one idea of a session, hence one file. See
//! <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/Welcome.html> and
//! <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/Welcome.html>.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Response;
use http::request::Parts;
use serde_json::{Value, json};

use crate::authentication::Guard;
use crate::body::ReplyBody;
use crate::digest;
use crate::endpoint::Call;
use crate::exchange::CredentialSource;
use crate::exchange::issuer::Issuer;
use crate::identifiers;
use crate::listing::Query;
use crate::model::Account;
use crate::moment;
use crate::operation::Operation;
use crate::refusal::Refusal;
use crate::rendering::json_response;

/// The address of the portal, which nobody has to reach.
pub(crate) const START_URL: &str = "https://emulated.awsapps.com/start";
/// How long the access token of a login lives.
const LOGIN: Duration = Duration::from_hours(8);
/// How long a registered client is known.
const REGISTRATION: Duration = Duration::from_hours(24 * 90);
/// How long the keys of a role live.
const SESSION: Duration = Duration::from_hours(1);

/// The portal of an organization, and the login of its only user.
pub(crate) struct SingleSignOn {
    pub(crate) roles: Vec<String>,
    login: Mutex<Login>,
}

#[derive(Clone)]
struct Login {
    client_id: String,
    client_secret: String,
    device_code: Option<String>,
    access_token: String,
    /// Ends with a logout.
    refresh_token: Option<String>,
    expires: SystemTime,
}

impl SingleSignOn {
    pub(crate) fn new(roles: Vec<String>) -> Self {
        let login = Login {
            client_id: identifiers::letters(22),
            client_secret: identifiers::letters(120),
            device_code: None,
            access_token: access_token(),
            refresh_token: Some(refresh_token()),
            expires: SystemTime::now() + LOGIN,
        };
        Self { roles, login: Mutex::new(login) }
    }

    /// The file that `aws sso login` leaves behind, as JSON.
    pub(crate) fn cache(&self, region: &str) -> Value {
        let login = self.login().clone();
        let mut cache = json!({
            "startUrl": START_URL,
            "region": region,
            "accessToken": login.access_token,
            "expiresAt": moment::iso(login.expires),
            "clientId": login.client_id,
            "clientSecret": login.client_secret,
            "registrationExpiresAt": moment::iso(SystemTime::now() + REGISTRATION),
        });
        if let Some(token) = login.refresh_token {
            cache["refreshToken"] = token.into();
        }
        cache
    }

    /// Logs in again; the tokens of earlier logins are no longer good.
    pub(crate) fn log_in(&self) {
        let mut login = self.login();
        login.access_token = access_token();
        login.refresh_token = Some(refresh_token());
        login.expires = SystemTime::now() + LOGIN;
    }

    /// Ends the time of the access token; with the refresh token, another can be had.
    pub(crate) fn expire_token(&self) {
        self.login().expires = UNIX_EPOCH + Duration::from_hours(24);
    }

    /// Ends the session: only another login helps.
    pub(crate) fn end_session(&self) {
        self.expire_token();
        self.login().refresh_token = None;
    }

    /// Answers a request of either service.
    pub(crate) fn answer(
        &self,
        operation: Operation,
        call: &Call,
        account: &Account,
        guard: &Guard,
        issuer: &Issuer,
    ) -> Result<Response<ReplyBody>, Refusal> {
        let query = Query::new(call.parts.uri.query());
        let query = |name: &str| query.get(name).unwrap_or_default().into_owned();
        let document = match operation {
            Operation::RegisterClient => self.register(),
            Operation::StartDeviceAuthorization => self.start_device(&call.body)?,
            Operation::CreateToken => self.create_token(&call.body)?,
            Operation::GetRoleCredentials => {
                self.admit(&call.parts)?;
                let role = query("role_name");
                check_account(&query("account_id"), account)?;
                if !self.roles.contains(&role) {
                    return Err(no_access());
                }
                role_credentials(&role, account, guard, issuer)
            }
            Operation::ListAccounts => {
                self.admit(&call.parts)?;
                let own = json!({
                    "accountId": account.id,
                    "accountName": "emulated",
                    "emailAddress": "emulated@example.com",
                });
                json!({ "accountList": [own] })
            }
            Operation::ListAccountRoles => {
                self.admit(&call.parts)?;
                check_account(&query("account_id"), account)?;
                let roles =
                    self.roles.iter().map(|role| json!({ "roleName": role, "accountId": account.id }));
                json!({ "roleList": roles.collect::<Vec<_>>() })
            }
            _ => return Err(Refusal::new(404, "UnknownOperationException", "No operation answers this.")),
        };
        Ok(json_response(&document))
    }

    // Whether the token of a login is shown.
    fn admit(&self, parts: &Parts) -> Result<(), Refusal> {
        let shown = parts.headers.get("x-amz-sso_bearer_token").map_or(&b""[..], |value| value.as_bytes());
        let login = self.login();
        let known = digest::equal(login.access_token.as_bytes(), shown);
        if known && login.expires > SystemTime::now() {
            return Ok(());
        }
        Err(Refusal::new(401, "UnauthorizedException", "Session token not found or invalid"))
    }

    fn register(&self) -> Value {
        let login = self.login();
        let now = SystemTime::now();
        json!({
            "clientId": login.client_id,
            "clientSecret": login.client_secret,
            "clientIdIssuedAt": seconds(now),
            "clientSecretExpiresAt": seconds(now + REGISTRATION),
        })
    }

    fn start_device(&self, body: &[u8]) -> Result<Value, Refusal> {
        let body = read(body)?;
        let mut login = self.login();
        login.check_client(&body)?;
        let (device_code, user_code) = (identifiers::letters(60), "EMUL-ATED");
        login.device_code = Some(device_code.clone());
        Ok(json!({
            "deviceCode": device_code,
            "userCode": user_code,
            "verificationUri": format!("{START_URL}/#/device"),
            "verificationUriComplete": format!("{START_URL}/#/device?user_code={user_code}"),
            "expiresIn": 600,
            "interval": 1,
        }))
    }

    fn create_token(&self, body: &[u8]) -> Result<Value, Refusal> {
        let body = read(body)?;
        let mut login = self.login();
        login.check_client(&body)?;
        match body["grantType"].as_str() {
            Some("refresh_token") => {
                let shown = body["refreshToken"].as_str().unwrap_or_default();
                if login.refresh_token.as_deref() != Some(shown) {
                    return Err(invalid_grant());
                }
            }
            // Whoever is asked for approval gives it at once.
            Some("urn:ietf:params:oauth:grant-type:device_code") => {
                let code = login.device_code.take();
                if code.is_none() || code.as_deref() != body["deviceCode"].as_str() {
                    return Err(invalid_grant());
                }
                login.refresh_token = Some(refresh_token());
            }
            _ => return Err(Refusal::new(400, "UnsupportedGrantTypeException", "Unsupported grant type")),
        }
        login.access_token = access_token();
        login.expires = SystemTime::now() + LOGIN;
        Ok(json!({
            "accessToken": login.access_token,
            "expiresIn": LOGIN.as_secs(),
            "refreshToken": login.refresh_token,
            "tokenType": "Bearer",
        }))
    }

    fn login(&self) -> MutexGuard<'_, Login> {
        self.login.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Login {
    fn check_client(&self, body: &Value) -> Result<(), Refusal> {
        if body["clientId"] == *self.client_id && body["clientSecret"] == *self.client_secret {
            return Ok(());
        }
        Err(Refusal::new(401, "InvalidClientException", "Invalid client provided"))
    }
}

fn check_account(id: &str, account: &Account) -> Result<(), Refusal> {
    if id == account.id { Ok(()) } else { Err(no_access()) }
}

fn role_credentials(role: &str, account: &Account, guard: &Guard, issuer: &Issuer) -> Value {
    let suffix = &digest::hexadecimal(&digest::sha256(role.as_bytes()))[..16];
    let principal = account.session_arn(&format!("AWSReservedSSO_{role}_{suffix}"), "emulated");
    let credentials = issuer.issue(guard, CredentialSource::SingleSignOn, &principal, SESSION);
    let expires = credentials.expires.unwrap_or(UNIX_EPOCH).duration_since(UNIX_EPOCH).unwrap_or_default();
    json!({
        "roleCredentials": {
            "accessKeyId": credentials.access_key_id,
            "secretAccessKey": credentials.secret_access_key,
            "sessionToken": credentials.session_token,
            "expiration": u64::try_from(expires.as_millis()).unwrap_or(u64::MAX),
        }
    })
}

fn read(body: &[u8]) -> Result<Value, Refusal> {
    let malformed = |_| Refusal::new(400, "InvalidRequestException", "Invalid request");
    serde_json::from_slice(body).map_err(malformed)
}

fn no_access() -> Refusal {
    Refusal::new(403, "ForbiddenException", "No access")
}

fn invalid_grant() -> Refusal {
    Refusal::new(400, "InvalidGrantException", "Invalid grant provided")
}

fn access_token() -> String {
    format!("aoaAAAAAG{}", identifiers::letters(120))
}

fn refresh_token() -> String {
    format!("aorAAAAAG{}", identifiers::letters(120))
}

fn seconds(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
