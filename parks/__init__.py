"""Zero- and low-carbon industrial parks beside the ecosystem inventory."""
