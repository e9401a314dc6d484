//! What a test does to the credentials of a running emulator: rotate them, end them, take a role away.
//!
//! Apart from the rest of what a test asks of it, which is about models and lists.

use std::time::Duration;

use crate::emulator::Emulator;
use crate::exchange::CredentialSource;

impl Emulator {
    /// Gives other keys the next time somebody asks this source; the earlier ones stay good until their end.
    ///
    /// Only instances and containers keep their keys; the other sources give new ones each time anyway.
    pub fn rotate(&self, source: CredentialSource) {
        self.endpoint.exchanges.issuer.rotate(source);
    }

    /// Ends the time of all keys that came from this source, and gives others from now on.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use clawdia_bedrock_emulator::{CredentialSource, Emulator};
    ///
    /// let emulator = Emulator::builder().instance_role("clawdia-host").start().await?;
    /// // … a client gets its keys from the metadata service and uses them …
    /// emulator.expire_issued(CredentialSource::InstanceRole);
    /// // … and has to notice that they are no longer good, and get others.
    /// # Ok::<(), clawdia_bedrock_emulator::StartError>(())
    /// # }).unwrap();
    /// ```
    pub fn expire_issued(&self, source: CredentialSource) {
        self.endpoint.exchanges.issuer.expire(&self.endpoint.guard, source);
    }

    /// Sets how long keys live at most that are given from now on; see
    /// [`EmulatorBuilder::credential_lifetime`](crate::EmulatorBuilder::credential_lifetime).
    pub fn set_credential_lifetime(&self, lifetime: Duration) {
        self.endpoint.exchanges.issuer.set_lifetime(lifetime);
    }

    /// Gives the instance another role, or takes the one away that it has: the metadata service then
    /// says that there is none. Without an instance, nothing happens.
    pub fn set_instance_role(&self, role: Option<&str>) {
        if let Some(instance) = &self.endpoint.exchanges.instance {
            instance.set_role(role.map(str::to_owned));
        }
    }

    /// Forgets all tokens of the metadata service: requests with them get 401.
    pub fn expire_instance_tokens(&self) {
        if let Some(instance) = &self.endpoint.exchanges.instance {
            instance.forget_tokens();
        }
    }

    /// What a container has to send as `Authorization`; none if there is no container.
    pub fn container_token(&self) -> Option<String> {
        Some(self.endpoint.exchanges.container.as_ref()?.token.clone())
    }

    /// The newest web identity token, with which every role of the emulator's can be assumed.
    pub fn web_identity_token(&self) -> String {
        self.endpoint.exchanges.identity_tokens.newest()
    }

    /// Makes another web identity token, as a platform does long before the last one ends.
    pub fn renew_web_identity_token(&self) -> String {
        self.endpoint.exchanges.identity_tokens.renew()
    }

    /// Ends the time of all web identity tokens so far: the token service refuses them with
    /// `ExpiredTokenException`.
    pub fn expire_web_identity_tokens(&self) {
        self.endpoint.exchanges.identity_tokens.expire();
    }

    /// Ends the time of the login's access token; its refresh token still gets another one.
    pub fn expire_sso_token(&self) {
        self.endpoint.exchanges.single_sign_on.expire_token();
    }

    /// Ends the session of the login: neither of its tokens is good any longer.
    pub fn end_sso_session(&self) {
        self.endpoint.exchanges.single_sign_on.end_session();
    }

    /// Logs in again, as `aws sso login` does; write the login's cache with
    /// [`surroundings`](Self::surroundings).
    pub fn sso_login(&self) {
        self.endpoint.exchanges.single_sign_on.log_in();
    }
}
