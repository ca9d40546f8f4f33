//! The worker behind the page.

fn main() {
    quanta_app::engine::start();
}
