//! Several processes on one machine, some of which are killed. The test binary runs itself for them.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use clawdia_bedrock_emulator::{Emulator, Gate, Operation, Reply};
use clawdia_core::{Environment, Freshness, HostContext};
use serde_json::json;

use crate::account::{ids, model, open, profile};

/// Where a process of ours finds its state directory; it does nothing where this is not set.
const STATE: &str = "CLAWDIA_TEST_STATE";
/// How often such a process asks.
const TIMES: &str = "CLAWDIA_TEST_TIMES";
/// What such a process says, before what was found.
const BEGUN: &str = "discovery begun";
const FOUND: &str = "discovery found ";

/// The other process. It says when it begins and what it found.
#[test]
fn process() {
    let environment = Environment::of_process();
    let Some(state) = environment.get(STATE).map(str::to_owned) else { return };
    let times = environment.get(TIMES).unwrap().parse::<usize>().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let host = HostContext::new(environment).with_state_dir(state);
    runtime.block_on(async {
        let source = open(&host, json!({}), |_| {}).unwrap();
        println!("{BEGUN}");
        for time in 0..times {
            let freshness = if time == 0 { Freshness::Cached } else { Freshness::Refreshed };
            let found = source.discover(freshness).await.unwrap();
            println!("{FOUND}{} {:?}", ids(&found).join(" "), found.notices);
        }
    });
}

struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(emulator: &Emulator, state: &Path, times: usize) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["processes::process", "--exact", "--nocapture"])
            .env_clear()
            .envs(emulator.environment())
            .env("HOME", state)
            .env(STATE, state)
            .env(TIMES, times.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The rest of the next line that has these words.
    fn line(&mut self, words: &str) -> String {
        // The harness writes on the same line.
        let line = self.lines.by_ref().map(Result::unwrap).find(|line| line.contains(words)).unwrap();
        line.split_once(words).unwrap().1.to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // On Unix this is `kill -9`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn emulator() -> Emulator {
    let builder =
        Emulator::builder().list_models([model("acme.m")]).list_profiles([profile("us.acme.n", "acme.n")]);
    builder.start().await.unwrap()
}

/// This process as a host of the same machine.
fn host(emulator: &Emulator, state: &Path) -> HostContext {
    HostContext::new(emulator.environment().into_iter().collect()).with_state_dir(state)
}

const LISTED: &str = "acme.m us.acme.n []";

#[tokio::test(flavor = "multi_thread")]
async fn ten_processes_at_once_ask_once() {
    let (emulator, state, gate) = (emulator().await, tempfile::tempdir().unwrap(), Gate::new());
    emulator.reply_always(Operation::ListFoundationModels, Reply::answer().after(&gate));
    let mut processes = (0..10).map(|_| Process::start(&emulator, state.path(), 1)).collect::<Vec<_>>();
    for process in &mut processes {
        process.line(BEGUN);
    }
    emulator.wait_for(Operation::ListInferenceProfiles, 2).await;
    gate.open();
    for process in &mut processes {
        assert_eq!(process.line(FOUND), LISTED);
    }
    assert_eq!(emulator.count(Operation::ListFoundationModels), 1);
    assert_eq!(emulator.count(Operation::ListInferenceProfiles), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_blocks_nobody() {
    let (emulator, state, gate) = (emulator().await, tempfile::tempdir().unwrap(), Gate::new());
    emulator.enqueue_for(Operation::ListFoundationModels, Reply::answer().after(&gate));
    let killed = Process::start(&emulator, state.path(), 1);
    emulator.wait_for(Operation::ListFoundationModels, 1).await;
    drop(killed);
    let source = open(&host(&emulator, state.path()), json!({}), |_| {}).unwrap();
    let found = source.discover(Freshness::Cached).await.unwrap();
    assert_eq!((ids(&found), &found.stale), (vec!["acme.m", "us.acme.n"], &None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_hangs_is_not_waited_for_long() {
    let (emulator, state, gate) = (emulator().await, tempfile::tempdir().unwrap(), Gate::new());
    emulator.enqueue_for(Operation::ListFoundationModels, Reply::answer().after(&gate));
    let _hanging = Process::start(&emulator, state.path(), 1);
    emulator.wait_for(Operation::ListFoundationModels, 1).await;
    // Half of the time is for waiting, and half for asking.
    let configure = |provider: &mut clawdia_core::ProviderConfig| provider.timeouts.total_ms = Some(2_000);
    let source = open(&host(&emulator, state.path()), json!({}), configure).unwrap();
    assert_eq!(ids(&source.discover(Freshness::Cached).await.unwrap()), ["acme.m", "us.acme.n"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_while_it_writes_leaves_a_list_that_is_whole() {
    let (emulator, state) = (emulator().await, tempfile::tempdir().unwrap());
    for round in 1..10 {
        let mut writing = Process::start(&emulator, state.path(), 100_000);
        for _ in 0..round {
            assert_eq!(writing.line(FOUND), LISTED);
        }
        drop(writing);
        let source = open(&host(&emulator, state.path()), json!({}), |_| {}).unwrap();
        let kept = source.discover(Freshness::Offline).await.unwrap();
        assert_eq!((ids(&kept), &kept.skipped), (vec!["acme.m", "us.acme.n"], &None));
        let found = source.discover(Freshness::Refreshed).await.unwrap();
        assert_eq!((found.notices.len(), found.stale), (0, None));
    }
    let files = std::fs::read_dir(state.path().join("cache/bedrock-models")).unwrap();
    assert_eq!(files.count(), 2, "a list and its lock, and nothing that was left behind");
}
