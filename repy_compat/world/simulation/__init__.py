"""The parts of the simulated world; ``world.simulated`` puts them together."""
