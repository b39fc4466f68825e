//! A mark for each state, ten pixels wide, so that a state is more than a colour.

use super::requests::State;
use super::svg::{Px, Svg};

/// Draws a state's mark around the point (`x`, `y`).
pub(super) fn draw(svg: &mut Svg, state: State, x: f64, y: f64) {
    let data = match state {
        // Disc, ring, half disc (its open half goes forth and back, so that it is not filled),
        // cross, ring with a stroke, dash, arrow.
        State::Published => "m-3 0a3 3 0 1 1 6 0 3 3 0 1 1-6 0z",
        State::Empty => "m-3 0a3 3 0 1 0 6 0 3 3 0 1 0-6 0z",
        State::Awaiting => "m0-3a3 3 0 1 0 0 6za3 3 0 1 1 0 6a3 3 0 1 0 0-6",
        State::Failed => "m-2.8-2.8l5.6 5.6m0-5.6l-5.6 5.6",
        State::Expired => "m-3 0a3 3 0 1 0 6 0 3 3 0 1 0-6 0zm.9 2.1l4.2-4.2",
        State::NotAsked => "m-3 0h6",
        State::Running => "m-2-3l5 3-5 3z",
    };
    svg.tag("path")
        .class(format_args!("mark mark--{}", class(state)))
        .attr("transform", format_args!("translate({} {})", Px(x), Px(y)))
        .attr("d", data)
        .leaf();
}

/// A state's word as a class name.
pub(super) fn class(state: State) -> &'static str {
    match state {
        State::NotAsked => "not-asked",
        _ => state.word(),
    }
}
