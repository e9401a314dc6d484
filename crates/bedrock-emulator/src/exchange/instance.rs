//! The instance metadata service, version 2: tokens first, then everything else.
//!
//! Version 1, which asked for no token, is refused as on instances that require the second. See
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html>.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use http::request::Parts;
use http::{HeaderValue, Response};
use serde_json::json;

use crate::authentication::Guard;
use crate::body::ReplyBody;
use crate::exchange::issuer::Issuer;
use crate::exchange::{CredentialSource, INSTANCE_ID, plain_text, role_id, timestamps};
use crate::identifiers;
use crate::model::Account;
use crate::moment;
use crate::refusal::Refusal;

/// How long the keys of an instance's role live.
const LIFETIME: Duration = Duration::from_hours(6);
/// The longest life of a token, in seconds.
const LONGEST_TOKEN: u64 = 21_600;
const TTL_HEADER: &str = "x-aws-ec2-metadata-token-ttl-seconds";
const TOKEN_HEADER: &str = "x-aws-ec2-metadata-token";

/// The machine that an emulator plays.
pub(crate) struct Instance {
    role: RwLock<Option<String>>,
    tokens: Mutex<HashMap<String, Instant>>,
}

impl Instance {
    pub(crate) fn new(role: Option<String>) -> Self {
        Self { role: RwLock::new(role), tokens: Mutex::default() }
    }

    pub(crate) fn role(&self) -> Option<String> {
        self.role.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_role(&self, role: Option<String>) {
        *self.role.write().unwrap_or_else(PoisonError::into_inner) = role;
    }

    pub(crate) fn forget_tokens(&self) {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// `PUT /latest/api/token`.
    pub(crate) fn token(&self, parts: &Parts) -> Result<Response<ReplyBody>, Refusal> {
        // A forwarded request came through something that should not be able to reach it.
        if parts.headers.contains_key("x-forwarded-for") {
            return Err(refused(403));
        }
        let ttl = parts.headers.get(TTL_HEADER).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let ttl = ttl.filter(|ttl| (1..=LONGEST_TOKEN).contains(ttl)).ok_or_else(|| refused(400))?;
        let token = format!("AQAEA{}==", identifiers::letters(49));
        let now = Instant::now();
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|_, ends| *ends > now);
        tokens.insert(token.clone(), now + Duration::from_secs(ttl));
        let mut response = plain_text(token);
        response.headers_mut().insert(TTL_HEADER, HeaderValue::from(ttl));
        Ok(response)
    }

    /// `GET /latest/…`.
    pub(crate) fn metadata(
        &self,
        parts: &Parts,
        account: &Account,
        guard: &Guard,
        issuer: &Issuer,
    ) -> Result<Response<ReplyBody>, Refusal> {
        let token = parts.headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok());
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = token.and_then(|token| tokens.get(token)).copied();
        drop(tokens);
        if ends.is_none_or(|ends| ends <= Instant::now()) {
            return Err(refused(401));
        }
        let path = parts.uri.path().trim_start_matches("/latest/").trim_end_matches('/');
        let role = self.role();
        let region = &account.region;
        let text = match path {
            "" => "dynamic\nmeta-data\nuser-data".to_owned(),
            "meta-data" => {
                let iam = if role.is_some() { "iam/\n" } else { "" };
                format!("ami-id\n{iam}instance-id\ninstance-type\nplacement/\nservices/")
            }
            "meta-data/ami-id" => "ami-0123456789abcdef0".to_owned(),
            "meta-data/instance-id" => INSTANCE_ID.to_owned(),
            "meta-data/instance-type" => "m7i.large".to_owned(),
            "meta-data/placement" => "availability-zone\nregion".to_owned(),
            "meta-data/placement/region" => region.clone(),
            "meta-data/placement/availability-zone" => format!("{region}a"),
            "meta-data/services/partition" => account.partition().to_owned(),
            "meta-data/services/domain" => match account.partition() {
                "aws-cn" => "amazonaws.com.cn".to_owned(),
                _ => "amazonaws.com".to_owned(),
            },
            "dynamic/instance-identity/document" => identity_document(account),
            "meta-data/iam/info" => information(account, &role.ok_or_else(|| refused(404))?),
            "meta-data/iam/security-credentials" => role.ok_or_else(|| refused(404))?,
            _ => {
                let named = path.strip_prefix("meta-data/iam/security-credentials/");
                let role = role.filter(|role| named == Some(role)).ok_or_else(|| refused(404))?;
                credentials(account, guard, issuer, &role)
            }
        };
        Ok(plain_text(text))
    }
}

fn credentials(account: &Account, guard: &Guard, issuer: &Issuer, role: &str) -> String {
    let principal = account.session_arn(role, INSTANCE_ID);
    let credentials = issuer.current(guard, CredentialSource::InstanceRole, &principal, LIFETIME);
    let (updated, expires) = timestamps(&credentials);
    let document = json!({
        "Code": "Success",
        "LastUpdated": updated,
        "Type": "AWS-HMAC",
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "Token": credentials.session_token,
        "Expiration": expires,
    });
    format!("{document:#}")
}

fn information(account: &Account, role: &str) -> String {
    let document = json!({
        "Code": "Success",
        "LastUpdated": moment::iso(std::time::SystemTime::now()),
        "InstanceProfileArn": format!("arn:{}:iam::{}:instance-profile/{role}", account.partition(), account.id),
        "InstanceProfileId": role_id(role).replace("AROA", "AIPA"),
    });
    format!("{document:#}")
}

fn identity_document(account: &Account) -> String {
    let document = json!({
        "accountId": account.id,
        "architecture": "x86_64",
        "availabilityZone": format!("{}a", account.region),
        "billingProducts": null,
        "devpayProductCodes": null,
        "marketplaceProductCodes": null,
        "imageId": "ami-0123456789abcdef0",
        "instanceId": INSTANCE_ID,
        "instanceType": "m7i.large",
        "kernelId": null,
        "pendingTime": "2026-01-01T00:00:00Z",
        "privateIp": "127.0.0.1",
        "ramdiskId": null,
        "region": account.region,
        "version": "2017-09-30",
    });
    format!("{document:#}")
}

fn refused(status: u16) -> Refusal {
    let name = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        _ => "Not Found",
    };
    Refusal::new(status, name, name)
}
