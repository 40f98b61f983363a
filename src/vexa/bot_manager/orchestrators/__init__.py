"""Ways to run a bot. `base.py` says what each must do, `registry.py` names them."""
