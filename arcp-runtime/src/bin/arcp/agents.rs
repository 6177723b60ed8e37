//! `arcp agents`: what a runtime can run.

use arcp_generated::session::AgentInventoryEntry;
use clap::Args;

use crate::dial::{self, Dial};
use crate::fault::Fault;
use crate::table;

/// List the agents of a runtime.
#[derive(Debug, Args)]
#[command(after_help = format!("Examples:\n  arcp agents\n  arcp agents --json | jq -r .name\n\n{}", crate::fault::exit_codes_and_json()))]
pub(crate) struct Agents {
    /// Print a JSON line for each agent instead of a table.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    dial: Dial,
}

impl Agents {
    pub(crate) fn run(&self) -> Result<(), Fault> {
        dial::run(async {
            let client = self.dial.client()?.connect().await?;
            let opened = client.welcome();
            client.close("done").await;
            let agents = &opened.welcome.capabilities.agents;
            if self.json {
                return agents.iter().try_for_each(table::json);
            }
            let rows: Vec<_> = agents.iter().map(row).collect();
            table::print(["AGENT", "VERSIONS", "DEFAULT"], &rows)
        })
    }
}

fn row(agent: &AgentInventoryEntry) -> [String; 3] {
    let only = agent.versions.first().filter(|_| agent.versions.len() == 1);
    let default = agent.default.as_ref().or(only);
    [
        agent.name.clone(),
        agent.versions.join(", "),
        default.cloned().unwrap_or_default(),
    ]
}
