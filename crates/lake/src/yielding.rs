//! Joins that let others work. A join without a condition, or with one that no key serves, goes through
//! every pair of rows without ever giving its thread back: it could neither be ended nor bounded in
//! time. Here each join takes a breath after so many batches of what it reads.

use std::sync::Arc;

use datafusion::{
    common::{
        DataFusionError,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{
        ExecutionPlan, coop::CooperativeExec, execution_plan::replace_children_if_necessary,
    },
};

/// Puts a place to breathe below every join.
#[derive(Debug)]
pub(crate) struct Yielding;

impl PhysicalOptimizerRule for Yielding {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let breathe = |node: Arc<dyn ExecutionPlan>| {
            if !node.name().contains("Join") {
                return Ok(Transformed::no(node));
            }
            let children = node.children().into_iter().map(|child| {
                let child: Arc<dyn ExecutionPlan> =
                    Arc::new(CooperativeExec::new(Arc::clone(child)));
                child
            });
            let children: Vec<_> = children.collect();
            replace_children_if_necessary(node, children).map(Transformed::yes)
        };
        plan.transform_up(breathe).data()
    }

    fn name(&self) -> &'static str {
        "yielding"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
