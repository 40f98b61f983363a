"""What an operator or a user types: `vexa user | token | bot | transcript | doctor`.

All but `doctor` speak to a running server over the same HTTP and WebSocket that everyone uses.
"""
