//! What a host lends its plugins.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clawdia_core::{Clock, Environment, HostContext};

#[derive(Debug)]
struct Stopped(SystemTime);

impl Clock for Stopped {
    fn now(&self) -> SystemTime {
        self.0
    }
}

#[test]
fn the_clock_is_the_hosts() {
    let at = |time| HostContext::new(Environment::default()).with_clock(Stopped(time)).now_ms();
    assert_eq!(at(UNIX_EPOCH + Duration::from_millis(1_234)), 1_234);
    assert_eq!(at(UNIX_EPOCH - Duration::from_secs(1)), 0, "before the epoch there are no milliseconds");
}

#[test]
fn a_slot_may_be_made_from_another() {
    let host = HostContext::new(Environment::default());
    let length = host.slot::<usize>(|| host.slot::<String>(|| "four".to_owned()).len());
    assert_eq!(*length, 4);
}

#[test]
fn clones_share_slots_and_other_hosts_do_not() {
    let host = HostContext::new(Environment::default());
    let made = host.clone().slot::<String>(String::new);
    assert!(Arc::ptr_eq(&made, &host.slot::<String>(String::new)));
    let other = HostContext::new(Environment::default());
    assert!(!Arc::ptr_eq(&made, &other.slot::<String>(String::new)));
}

#[test]
fn a_slot_that_could_not_be_made_can_be_made_later() {
    let host = HostContext::new(Environment::default());
    let failing = host.clone();
    let outcome = std::thread::spawn(move || failing.slot::<String>(|| panic!("as this test wants"))).join();
    assert_eq!(outcome.unwrap_err().downcast_ref::<&str>(), Some(&"as this test wants"));
    assert_eq!(*host.slot::<String>(|| "made".to_owned()), "made");
}
