"""Campaigns as CSV files: read, refused by line and column, written and read again."""

import pytest

from dashboard.campaigns.planning.csv_files import read_csv, write_csv
from dashboard.campaigns.planning.drawing import Drawing, draw_up
from dashboard.campaigns.report import report_csv
from dashboard.errors import BadInput
from dashboard.hosts_app.models import Cloud
from tests.support import rows

pytestmark = pytest.mark.django_db
FILE = """\ufeffWave,tenant,domain,map,capture,window,tenants_at_once,starts_at,verifies
pilots,wiki,,network:public=ext-net; flavor:a=b,suspend,mon-fri 22:00-06:00 Europe/Berlin,1,,
"the, rest",shop,Default,,,,,2030-01-31T22:00+01:00,no

pilots,media,,,,,,,
"""


@pytest.fixture
def clouds() -> tuple[Cloud, Cloud]:
    old, new = rows.two_clouds()
    for name in ("wiki", "shop", "media"):
        rows.tenant_of(old, name)
    return old, new


def read(text: str, clouds: tuple[Cloud, Cloud], name: str = "drain") -> Drawing:
    return read_csv(text, name=name, source=clouds[0], destination=clouds[1], hosts="never")


def test_a_file_is_a_campaign_and_is_written_as_it_was(clouds):
    campaign = draw_up(read(FILE, clouds))
    pilots, rest = campaign.waves.all()
    assert [str(tenant) for tenant in pilots.tenants.all()] == ["wiki", "media"]
    assert (pilots.tenants_at_once, rest.tenants_at_once) == (1, 2)
    assert str(pilots.window) == "mon-fri 22:00-06:00 Europe/Berlin"
    assert rest.window is None and not rest.verifies
    assert rest.starts_at.isoformat() == "2030-01-31T21:00:00+00:00"
    wiki = pilots.tenants.get(name="wiki")
    assert wiki.options["capture"] == "suspend"
    assert wiki.choices == {"network:public": "ext-net", "flavor:a": "b"}

    written = write_csv(campaign)
    again = draw_up(read(written, clouds, name="again"))
    assert write_csv(again) == written
    assert report_csv(campaign).splitlines()[1].startswith("pilots,wiki,")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wave\npilots\n", "line 1: the column tenant is missing"),
        ("wave,tenant,colour\n", "line 1: there is no column 'colour'"),
        ("wave,tenant\n", "The file has no tenants"),
        ("wave,tenant\na,wiki\na,nobody\n", "line 3, column tenant: the source has no tenant"),
        ("wave,tenant\n,wiki\n", "line 2, column wave: a wave must be named"),
        ("wave,tenant,capture\na,wiki,fly\n", "line 2, column capture: capture must be one of"),
        ("wave,tenant,map\na,wiki,public\n", "line 2, column map: 'public' is not a mapping"),
        (
            "wave,tenant,window\na,wiki,late\n",
            "line 2, column window: 'late' is not a window. Write it as: mon-fri 22:00",
        ),
        ("wave,tenant,window\na,wiki,daily 20:00-04:00 berlin\n", "'berlin' is not a time zone"),
        (
            "wave,tenant,cutover_at\na,wiki,2020-01-31T22:00Z\n",
            "column cutover_at: Cutover not before: 2020-01-31 22:00 UTC has already passed",
        ),
        ("wave,tenant\na,\n", "line 2, column tenant: a tenant must be named"),
        ("wave,tenant\na,wiki\nb,wiki\n", "line 3, column tenant: 'wiki' is in line 2 already"),
        (f"wave,tenant\n{81 * 'x'},wiki\n", "column wave: a name has at most 80 characters"),
        ("wave,tenant,wave\na,wiki,b\n", "line 1: the column wave is there twice"),
        (
            "wave,tenant,window\na,wiki,mon,wed 20:00-04:00 UTC\n",
            "line 2: it has 4 cells, and line 1 only 3",
        ),
        ("wave,tenant,,\na,wiki,stop,\n", "line 2: it has 4 cells, and line 1 only 2"),
        (
            "wave,tenant,on_failure\na,wiki,stop\na,shop,go_on\n",
            "line 3, column on_failure: wave 'a' has 'stop' in an earlier line",
        ),
        ("wave,tenant,tenants_at_once\na,wiki,0\n", "column tenants_at_once"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_column(clouds, text, words):
    with pytest.raises(BadInput) as refused:
        draw_up(read(text, clouds))
    assert words in refused.value.sentence


@pytest.mark.parametrize(
    "text",
    [
        '\ufeffwave;tenant;map;window;;\na;wiki;"flavor:a=b;flavor:c=d";mon,wed 8:00-9:00 UTC;;\n',
        "Wave\tTenant\tMap\tWindow\na\twiki\tflavor:a=b;flavor:c=d\tmon,wed 8:00-9:00 UTC\n",
        'wave,tenant,map,window,,\n,,,,,\na,wiki,flavor:a=b;flavor:c=d,"mon,wed 8:00-9:00 UTC"\n',
    ],
)
def test_a_file_is_read_as_spreadsheets_save_it(clouds, text):
    [wave] = draw_up(read(text, clouds)).waves.all()
    assert str(wave.window) == "mon,wed 08:00-09:00 UTC"
    assert wave.tenants.get(name="wiki").choices == {"flavor:a": "b", "flavor:c": "d"}


def test_a_tenant_is_named_by_its_domain_where_two_have_its_name(clouds):
    old, _ = clouds
    other = rows.tenant_of(old, "twin")
    other.name, other.domain_name = "wiki", "other"
    other.save()
    with pytest.raises(BadInput, match="several tenants are named 'wiki'"):
        read("wave,tenant\na,wiki\n", clouds)
    drawn = read("wave,tenant,domain\na,wiki,other\n", clouds)
    assert drawn.waves[0].tenants[0].tenant == other


def test_cells_that_spreadsheets_would_run_are_written_as_texts(clouds):
    campaign = draw_up(read("wave,tenant\n=1+1,wiki\n", clouds))
    assert "'=1+1,wiki" in report_csv(campaign)
