//! The metadata service of EC2 instances (IMDSv2): credentials of the instance's role, and the instance's region.
//!
//! Separate because it is the only source that nothing announces: it is asked last, and a machine that is no instance
//! must be told apart quickly. What is found, also that there is nothing, is remembered for the whole host.

use std::sync::{OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use clawdia_core::Environment;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{Found, FoundIn, SourceResult, Surroundings};
use crate::credential_json::{Members, NotCredentials};
use crate::exchange::{Answer, ExchangeError, ExchangeLimits, exchange, request};
use crate::failure::{CredentialsFailure, CredentialsFailureKind};
use crate::shared_files::is_true;

/// How long it is remembered that there is no such service.
const REMEMBERED: Duration = Duration::from_secs(30);

/// Session tokens are asked for as long as the service gives them, and renewed a minute before.
const TOKEN_SECONDS: &str = "21600";
const TOKEN_KEPT: Duration = Duration::from_mins(359);

/// Once a token was given, there is a service, and it may take its time.
const PATIENT: ExchangeLimits =
    ExchangeLimits { connect: Duration::from_secs(1), total: Duration::from_secs(2) };
const PATIENT_ATTEMPTS: usize = 3;

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
const REGION: &str = "/latest/meta-data/placement/region";

/// How long it is taken for granted that the instance has the same role: another can be attached while it runs.
const ROLE_KEPT: Duration = Duration::from_mins(1);

/// What a host knows of its instance.
#[derive(Debug, Default)]
pub(crate) struct InstanceMetadata {
    session: Mutex<Session>,
    role: std::sync::Mutex<Option<(String, Instant)>>,
    region: OnceLock<String>,
}

#[derive(Default)]
struct Session {
    token: Option<(String, Instant)>,
    absent: Option<(String, Instant)>,
}

/// Without the token.
impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Session").field("absent", &self.absent).finish_non_exhaustive()
    }
}

/// Why the service gives nothing.
enum Trouble {
    /// It is not there, or has nothing to give.
    Absent(String),
    Failed(CredentialsFailure),
}

impl InstanceMetadata {
    /// The credentials of the instance's role.
    pub(crate) async fn credentials(&self, surroundings: &Surroundings<'_>) -> SourceResult {
        match self.role_credentials(surroundings).await {
            Ok(found) => Ok(Ok(found)),
            Err(Trouble::Absent(why)) => Ok(Err(why)),
            Err(Trouble::Failed(failure)) => Err(failure),
        }
    }

    /// The instance's region, which is asked for once.
    pub(crate) async fn region(&self, surroundings: &Surroundings<'_>) -> Option<String> {
        if let Some(region) = self.region.get() {
            return Some(region.clone());
        }
        let answer = self.get(surroundings, REGION).await.ok()?;
        let region = answer.text().filter(|text| answer.is_success() && !text.is_empty())?;
        Some(self.region.get_or_init(|| region.to_owned()).clone())
    }

    /// The name of the instance's role, without its credentials; `None` where there is none or nobody says.
    pub(crate) async fn role(&self, surroundings: &Surroundings<'_>) -> Option<String> {
        let known = self.role.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some((role, until)) if Instant::now() < until => Some(role),
            Some(_) | None => self.listed_role(surroundings).await.ok(),
        }
    }

    async fn listed_role(&self, surroundings: &Surroundings<'_>) -> Result<String, Trouble> {
        let listed = self.get(surroundings, ROLES).await?;
        if listed.status == 404 {
            return Err(Trouble::Absent("the instance has no IAM role".to_owned()));
        }
        let roles = if listed.is_success() { listed.text() } else { None };
        let Some(role) = roles.and_then(|roles| roles.lines().next()).filter(|role| !role.is_empty()) else {
            return Err(refused("listing the instance's role", &listed));
        };
        *self.role.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((role.to_owned(), Instant::now() + ROLE_KEPT));
        Ok(role.to_owned())
    }

    async fn role_credentials(&self, surroundings: &Surroundings<'_>) -> Result<Found, Trouble> {
        let role = self.listed_role(surroundings).await?;
        let answer = self.get(surroundings, &format!("{ROLES}{role}")).await?;
        if !answer.is_success() {
            return Err(refused("getting the credentials of the instance's role", &answer));
        }
        let mut credentials = Members::parse(&answer.body)
            .and_then(|members| members.credentials("Token"))
            .map_err(|error| {
            let hint = match &error {
                NotCredentials::Refused { code, .. } if code == "AssumeRoleUnauthorizedAccess" => {
                    "let the role's trust policy name ec2.amazonaws.com"
                }
                _ => "attach the role to the instance anew",
            };
            let message = format!("instance metadata gives no credentials for the role `{role}`: {error}");
            Trouble::Failed(CredentialsFailure::invalid(message, hint))
        })?;
        extend(&mut credentials);
        Ok(Found {
            credentials,
            place: FoundIn::InstanceMetadata,
            on_instance: true,
            detail: format!("instance role `{role}` (IMDS)"),
        })
    }

    /// Gets a path with a session token, a new one if the service no longer knows the old.
    async fn get(&self, surroundings: &Surroundings<'_>, path: &str) -> Result<Answer, Trouble> {
        let endpoint = endpoint(surroundings)?;
        let connector = surroundings.http.direct(&PATIENT.connector_settings());
        let mut renewed = false;
        let mut attempts = 0;
        loop {
            let token = self.token(surroundings, &endpoint).await?;
            let request =
                request("GET", &format!("{endpoint}{path}"), &[("x-aws-ec2-metadata-token", &token)]);
            attempts += 1;
            match exchange(&connector, checked(request, &endpoint)?, PATIENT).await {
                Ok(answer) if answer.status == 401 && !renewed => {
                    renewed = true;
                    self.session.lock().await.token = None;
                }
                Ok(answer) if answer.status >= 500 && attempts < PATIENT_ATTEMPTS => {}
                Ok(answer) => return Ok(answer),
                Err(_) if attempts < PATIENT_ATTEMPTS => {}
                Err(error) => {
                    let message = format!("instance metadata at {endpoint} does not answer: {error}");
                    let hint = "try again in a moment";
                    return Err(Trouble::Failed(CredentialsFailure::unavailable(message, hint)));
                }
            }
        }
    }

    /// A session token. Whoever comes while one is asked for waits for the same answer.
    async fn token(&self, surroundings: &Surroundings<'_>, endpoint: &str) -> Result<String, Trouble> {
        let mut session = self.session.lock().await;
        if let Some((token, until)) = &session.token
            && Instant::now() < *until
        {
            return Ok(token.clone());
        }
        if let Some((why, until)) = &session.absent
            && Instant::now() < *until
        {
            return Err(Trouble::Absent(why.clone()));
        }
        match ask_for_token(surroundings, endpoint).await {
            Ok(token) => {
                *session =
                    Session { token: Some((token.clone(), Instant::now() + TOKEN_KEPT)), absent: None };
                Ok(token)
            }
            Err(trouble) => {
                if let Trouble::Absent(why) = &trouble {
                    session.absent = Some((why.clone(), Instant::now() + REMEMBERED));
                }
                Err(trouble)
            }
        }
    }
}

async fn ask_for_token(surroundings: &Surroundings<'_>, endpoint: &str) -> Result<String, Trouble> {
    let probe = Probe::of(surroundings.environment);
    let connector = surroundings.http.direct(&probe.limits.connector_settings());
    let mut last = None;
    for _ in 0..probe.attempts {
        let headers = [("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_SECONDS)];
        let request = request("PUT", &format!("{endpoint}/latest/api/token"), &headers);
        match exchange(&connector, checked(request, endpoint)?, probe.limits).await {
            Ok(answer) if answer.is_success() => match answer.text().filter(|token| is_token(token)) {
                Some(token) => return Ok(token.to_owned()),
                None => last = Some("what answers is no metadata service".to_owned()),
            },
            Ok(answer) if matches!(answer.status, 400 | 403) && is_from_instance(&answer) => {
                return Err(refused("asking for a session token (IMDSv2)", &answer));
            }
            Ok(answer) => last = Some(format!("{endpoint} answers with status {}", answer.status)),
            Err(error) => last = Some(format!("{endpoint}: {error}")),
        }
    }
    Err(Trouble::Absent(last.unwrap_or_else(|| format!("{endpoint} was not asked"))))
}

/// Whether a refusal is the metadata service's: its page is titled with the status, as no portal's or proxy's is.
fn is_from_instance(answer: &Answer) -> bool {
    let title = format!("<title>{} - ", answer.status);
    answer.body.is_empty() || String::from_utf8_lossy(&answer.body).contains(&title)
}

/// A text that can be sent back in a header; the page of a portal is none.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() < 1024 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// How the first question is asked, before it is known whether anybody is there.
struct Probe {
    limits: ExchangeLimits,
    attempts: usize,
}

impl Probe {
    /// By default an address without anybody costs a third of a second. The variables are the AWS CLI's.
    fn of(environment: &Environment) -> Self {
        let seconds = environment
            .get("AWS_METADATA_SERVICE_TIMEOUT")
            .and_then(|text| text.parse::<f64>().ok())
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .filter(|limit| !limit.is_zero());
        let attempts = environment
            .get("AWS_METADATA_SERVICE_NUM_ATTEMPTS")
            .and_then(|text| text.parse::<usize>().ok())
            .map_or(1, |attempts| attempts.clamp(1, 10));
        let limits = match seconds {
            Some(limit) => ExchangeLimits { connect: limit, total: limit },
            // A profile that is named and has no credentials is how people say that an instance has.
            None if environment.get("AWS_PROFILE").is_some() => PATIENT,
            None => ExchangeLimits { connect: Duration::from_millis(300), total: Duration::from_millis(600) },
        };
        Self { limits, attempts }
    }
}

/// Where the service is, unless it is switched off.
fn endpoint(surroundings: &Surroundings<'_>) -> Result<String, Trouble> {
    let Surroundings { environment, files, profile, .. } = surroundings;
    if environment.get("AWS_EC2_METADATA_DISABLED").is_some_and(is_true) {
        return Err(Trouble::Absent("switched off by AWS_EC2_METADATA_DISABLED".to_owned()));
    }
    let setting = |variable, member| environment.get(variable).or_else(|| files.member(profile, member));
    if let Some(url) = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint") {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    let mode = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    Ok(match mode {
        Some(mode) if mode.eq_ignore_ascii_case("ipv6") => "http://[fd00:ec2::254]".to_owned(),
        _ => "http://169.254.169.254".to_owned(),
    })
}

fn checked(request: Result<HttpRequest, ExchangeError>, endpoint: &str) -> Result<HttpRequest, Trouble> {
    request.map_err(|_| {
        let message = format!("instance metadata cannot be asked at `{endpoint}`, which is no address");
        let hint = "correct AWS_EC2_METADATA_SERVICE_ENDPOINT; write it like `http://169.254.169.254`";
        Trouble::Failed(CredentialsFailure::invalid(message, hint))
    })
}

fn refused(what: &str, answer: &Answer) -> Trouble {
    let message = format!("instance metadata refuses {what}: {}", answer.complaint());
    Trouble::Failed(CredentialsFailure::new(
        CredentialsFailureKind::Denied,
        message,
        "enable the metadata service for the instance (`aws ec2 modify-instance-metadata-options`); containers need a \
         hop limit of 2",
    ))
}

/// During an outage the service hands out credentials that are past their end and still accepted: they are kept a while.
fn extend(credentials: &mut aws_credential_types::Credentials) {
    const WHILE: Duration = Duration::from_mins(10);
    let now = SystemTime::now();
    if let Some(expiry) = credentials.expiry_mut()
        && *expiry <= now
    {
        *expiry = now + WHILE;
    }
}
