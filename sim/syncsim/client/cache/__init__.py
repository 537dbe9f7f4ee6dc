"""The model of @tanstack/query-core 5.108, under its own file and action names.

Plain state machines: whoever runs them brings the time, the timers and the microtasks
(`Scheduler`). `syncsim conformance` holds the model against the package.
"""
