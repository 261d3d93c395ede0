"""`lamin demo`: the tutorial, run step by step in a throw-away folder."""
