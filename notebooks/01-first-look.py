# %% [markdown]
# # A first look
#
# Two operators open the same list of appointments. They act on different rows, then on the same
# row, then one of them is slow. What does each of them see, and when is it wrong?
#
# We run this under the sync design `enhanced`: optimistic updates with a snapshot to fall back on,
# and a WebSocket event that tells the other clients to fetch again. Then we ask what the design
# `hardened` does better.

# %%
# %matplotlib inline
import syncsim

# %% [markdown]
# ## One run, one verdict
#
# A scenario is a file. This one comes with syncsim; `syncsim show seed/two-operators` prints it.
# The run takes place in virtual time, so a minute of it is over in an instant, and the same seed
# gives the same run on every machine.

# %%
run = syncsim.run("seed/two-operators", design="enhanced")
run.verdict

# %% [markdown]
# Each check answers pass, fail or unknown. Unknown means that the run never met what the check is
# about. The lower rows are the situations that the scenario asks for: somebody *was* refused, two
# people *did* race for a row. Without them a pass would say little.
#
# A failure tells a story.

# %%
failed = [finding for finding in run.verdict.findings if finding.status == "fail"]
for finding in failed:
    print(f"{finding.check}, {finding.failures} in all. The first:\n{finding.stories[0].text}\n")

# %% [markdown]
# ## The history behind it
#
# Everything that happened is one table. Nothing else is evidence: checks, figures and tables read
# it and nothing more. `cause` is the record that led directly to a record.

# %%
history = run.history
history["kind"].value_counts().head(12)

# %% [markdown]
# A story names the records that show it. Here they are for the first one.

# %%
columns = ["time_us", "kind", "at", "intent", "entity", "version", "view", "data"]
story = failed[0].stories[0]
history.loc[list(story.records), columns]

# %% [markdown]
# Following `cause` backwards tells how anything came about. This is how the therapist's screen
# learned that appointment A3 had been accepted: from the click of one person to the paint on the
# screen of another.

# %%
paints = history[(history["kind"] == "paint") & (history["at"] == "th-1")]
seq = paints[paints["entity"] == "appointment/A3"]["seq"].iloc[-1]
chain = []
while seq >= 0:
    chain.append(seq)
    seq = history["cause"].iloc[seq]
history.loc[chain[::-1], ["time_us", "kind", "at", "peer", "message"]]

# %% [markdown]
# ## How long was each screen old?
#
# A staleness window runs from the commit of a version at the backend to the first paint of that
# version, or of a newer one, in one view of one client. A window that never closed is *censored*:
# nobody knows how long it would have been, so it is counted apart.

# %%
windows = run.staleness
windows[["client", "view", "entity", "version", "length_us", "ended", "cause"]].head(8)

# %%
closed = windows[~windows["censored"] & (windows["query"] != "slice")]
milliseconds = closed["length_us"].div(1000).groupby(closed["client"])
milliseconds.describe(percentiles=[0.5, 0.9]).round(1)

# %% [markdown]
# The lengths above are in milliseconds. As a picture, with one lane for each client and row:

# %%
run.plot.staleness()

# %% [markdown]
# The lanes of A4 and A5 on op-1 go backwards: the screen had moved on, and the rollback of the
# first story brought the old rows back from the snapshot.

# %% [markdown]
# ## Which design would have helped?
#
# `compare` runs the scenario under several designs with the same luck: the same people act at the
# same times, and a message that two designs both send takes equally long in both. What differs
# between the lines is due to the designs.

# %%
designs = ["manual-refresh", "enhanced", "hardened"]
comparison = syncsim.compare(["seed/two-operators"], designs=designs)
shown = ["design", "failed", "p50_us", "p99_us", "censored", "phi", "requests_per_commit"]
comparison.table[shown]

# %% [markdown]
# `failed` names the checks that failed, `phi` is the share of time that a screen was up to date,
# and the last column is a part of the price. Under `manual-refresh` a screen is old for as long as
# nobody looks. Under `enhanced` news comes soon, and the screens are wrong in the ways that the
# stories above tell. `hardened` passes.
#
# The application's own claims, held against these runs:

# %%
for claim in comparison.claims:
    answer = {True: "holds", False: "does not hold", None: "not tested"}[claim.holds]
    print(f"{claim.name:20} {claim.design:15} {answer:14} {claim.where}")

# %% [markdown]
# ## What this does not say
#
# One seed is one run. A pass is about the runs that were made, and the network and the people are
# models; `docs/limits.md` lists what they leave out. Give `compare` a number of seeds to see more
# than one course of events, and write your own scenario beside `scenarios/seed/` to ask your own
# question.
