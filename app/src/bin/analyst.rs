//! The worker that takes trained models apart.

fn main() {
    quanta_app::analyst::start();
}
