"""First steps with lamindb: save, find, change, version and label a dataset.

Run it in a folder that is connected to a database, for instance after

    lamin init --storage ./lamindb-tutorial

`lamin demo` runs it step by step; a step begins at a line `# %%`.
"""
# ruff: noqa: T201

# %% Track this script
import lamindb as ln

ln.track()

# %% Look at a dataset: an experiment with three samples
df = ln.examples.datasets.mini_immuno.get_dataset1(with_typo=True)
columns = ["ENSG00000153563", "perturbation", "cell_type_by_model"]
print(df[columns])

# %% Save it
artifact = ln.Artifact.from_dataframe(df, key="my_datasets/rnaseq1.parquet").save()
artifact.describe()

# %% Find it by its key and load it
artifact = ln.Artifact.get(key="my_datasets/rnaseq1.parquet")
print(artifact.load()[columns])

# %% Change its description, move it to the trash, take it back
artifact.description = "My updated description"
artifact.save()
artifact.delete()
artifact.restore()

# %% Mend the typo "IFNJ": the same key gets a new version
df["perturbation"] = df["perturbation"].cat.rename_categories({"IFNJ": "IFNG"})
artifact = ln.Artifact.from_dataframe(df, key="my_datasets/rnaseq1.parquet").save()
print(artifact.versions.to_dataframe()[["uid", "key", "size", "is_latest"]])

# %% Make a label
my_experiment = ln.ULabel(name="My experiment").save()
print(ln.ULabel.to_dataframe()[["uid", "name", "created_at"]])

# %% Finish the script
ln.finish()

# %% See what is known now: about the dataset, its versions, the code, the run
artifact.describe()
print(ln.Artifact.to_dataframe()[["uid", "key", "size", "run_id"]])
print(ln.Transform.to_dataframe()[["uid", "key", "kind"]])
print(ln.Run.to_dataframe()[["uid", "transform_id", "started_at"]])
