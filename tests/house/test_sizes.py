"""A file stays short enough to read at one sitting."""

from statistics import median


def test_no_file_is_longer_than_the_house_allows(root, dev):
    too_long = {path: lines for path, lines in dev.file_sizes(root).items() if lines > dev.LONGEST_FILE}
    assert too_long == {}


def test_half_of_the_files_are_short(root, dev):
    assert median(dev.file_sizes(root).values()) <= 120


def test_every_package_is_counted(root, dev):
    counted = {path.parts[0] for path in dev.file_sizes(root)}
    assert counted >= {*dev.PACKAGES, "tests", "dev"}


def test_scripts_are_counted_where_people_wrote_them(root, dev):
    scripts = {path for path in dev.file_sizes(root) if path.suffix == ".js"}
    assert "gql_server/reader/page/reader/reader.js" in {path.as_posix() for path in scripts}
    assert not [path for path in scripts if "built" in path.parts or "node_modules" in path.parts]


def test_a_file_that_is_too_long_fails_the_check(dev, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    (tmp_path / "dev").write_text("")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "everything.py").write_text("one = 1\n" * 451)

    assert not dev.report_sizes()
    assert "models/everything.py: 451 lines" in capsys.readouterr().out
