// Thousands of searches made at random answer what plain reading of the standard over all instances does.

using FhirHub.Dicom;
using FhirHub.Tests;

namespace FhirHub.Dicomweb.Tests.Search;

public sealed class PlainSearchTests(PlainSearchTests.Fixture images) : IClassFixture<PlainSearchTests.Fixture>
{
    private static readonly string[] Names = ["DOE^John", "Doe^Jane", "DOERING^Max", "Wang^Xiaodong=王^小东", "Yamada^Tarou=山田^太郎=やまだ^たろう", "Müller^Jörg", "O'Brien", "Smith^Anna^Maria", ""];
    private static readonly string[] Ids = ["P1", "P2", "P12", "p1", "X*1", ""];
    private static readonly string[] Dates = ["20251231", "20260101", "20260102", "20260115", "20260201", ""];
    private static readonly string[] Times = ["00", "0930", "093015", "093015.5", "12", "235959", ""];
    private static readonly string[] Descriptions = ["Head", "Head, routine", "head", "Knee left", "Thorax a?b", "Wirbelsäule", ""];
    private static readonly string[] Modalities = ["CT", "MR", "SR", "PR"];
    private static readonly string[] Steps = ["S1", "S2", "S12", ""];
    private static readonly string[] Others = ["", "A", "A\\B", "B\\C\\D"];

    public sealed class Fixture : SearchFixture, IAsyncLifetime
    {
        internal List<PlainInstance> All { get; } = [];

        internal int Seed { get; } = TestSeed.Take();

        protected override DicomwebOptions Configure(DicomwebOptions options) => options with { IndexedAttributes = ["KVP"] };

        async Task IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            var random = new Random(Seed);
            for (var study = 1; study <= 60; study++)
            {
                var ofStudy = new Dictionary<string, string>();
                Put(ofStudy, random, ("PatientName", Names), ("PatientID", Ids), ("StudyDate", Dates), ("StudyTime", Times), ("StudyDescription", Descriptions), ("PatientSex", ["M", "F", ""]));
                Put(ofStudy, random, ("AccessionNumber", ["A1", "A2", "B1", ""]), ("OtherPatientIDs", Others), ("PatientWeight", ["70", "70.0", "82.5", ""]));
                for (var series = random.Next(1, 4); series > 0; series--)
                {
                    var ofSeries = new Dictionary<string, string>(ofStudy);
                    Put(ofSeries, random, ("Modality", Modalities), ("SeriesDescription", Descriptions), ("SeriesNumber", ["1", "2", "03", ""]), ("BodyPartExamined", ["HEAD", "KNEE", ""]));
                    var requests = Enumerable.Range(0, random.Next(3)).Select(_ =>
                    {
                        var item = new Dictionary<string, string>();
                        Put(item, random, ("ScheduledProcedureStepID", Steps), ("RequestedProcedureID", Steps));
                        return item;
                    }).ToArray();
                    for (var instance = random.Next(1, 4); instance > 0; instance--)
                    {
                        var values = new Dictionary<string, string>(ofSeries);
                        Put(values, random, ("InstanceNumber", ["1", "2", "10", ""]), ("KVP", ["120", "120.00", "80", ""]), ("SliceThickness", ["1", "1.0", "2.5", ""]), ("ImageType", ["ORIGINAL\\PRIMARY", "DERIVED\\PRIMARY", ""]));
                        var uid = $"1.7.{study}";
                        All.Add(new(uid, $"{uid}.{series}", $"{uid}.{series}.{instance}", values, requests));
                    }
                }
            }

            foreach (var one in All)
            {
                await StoreAsync(Archive, one.Study, one.Series, one.Instance, dataset =>
                {
                    foreach (var (keyword, value) in one.Values)
                        dataset.Set(Element(keyword, value));
                    if (one.Requests.Count > 0)
                        dataset.Set(new DicomElement(new(0x0040_0275), [.. one.Requests.Select(Item)]));
                });
            }
        }

        private static DicomDataset Item(IReadOnlyDictionary<string, string> values)
        {
            var item = new DicomDataset();
            foreach (var (keyword, value) in values)
                item.Set(Element(keyword, value));
            return item;
        }

        private static void Put(Dictionary<string, string> values, Random random, params (string Keyword, string[] Choices)[] attributes)
        {
            foreach (var (keyword, choices) in attributes)
                values[keyword] = choices[random.Next(choices.Length)];
        }
    }

    [Fact]
    public async Task Searches_at_random_find_what_plain_evaluation_finds()
    {
        var random = new Random(images.Seed + 1);
        var found = 0;
        for (var round = 0; round < 3_000; round++)
        {
            var level = (IndexLevel)random.Next(3);
            var empty = random.Next(4) == 0;
            var multiple = random.Next(4) == 0;
            var keys = Keys(random, level, empty, multiple);
            var address = Address(level, keys, empty, multiple);
            var expected = PlainSearch.Find(images.All, level, keys, empty, multiple);
            var actual = await images.UidsAsync($"{address}&limit=1000");
            Assert.True(expected.SequenceEqual(actual), $"seed {images.Seed}, round {round}: {address}\nexpected {string.Join(' ', expected)}\nactual   {string.Join(' ', actual)}");
            found += expected.Length;
            if (round % 5 == 0)
                Assert.Equal(expected.Length, await images.CountAsync(address));
            if (round % 7 == 0)
            {
                var (offset, limit) = (random.Next(expected.Length + 2), random.Next(1, 5));
                Assert.Equal(expected.Skip(offset).Take(limit), await images.UidsAsync($"{address}&limit={limit}&offset={offset}"));
                Assert.Equal(expected.Length > offset + limit, (await images.WarningsAsync($"{address}&limit={limit}&offset={offset}")).Any(warning => warning.Contains("additional", StringComparison.Ordinal)));
            }
        }

        Assert.True(found > 3_000, $"Only {found} matches: the searches are too narrow to tell anything.");
    }

    private static string Address(IndexLevel level, IReadOnlyList<(string Key, string Value)> keys, bool empty, bool multiple)
    {
        var parameters = keys.Select(key => $"{key.Key}={Uri.EscapeDataString(key.Value)}").Append($"emptyvaluematching={(empty ? "true" : "false")}").Append($"multiplevaluematching={(multiple ? "true" : "false")}");
        return $"{(level switch { IndexLevel.Study => "studies", IndexLevel.Series => "series", _ => "instances" })}?{string.Join('&', parameters)}";
    }

    private static List<(string Key, string Value)> Keys(Random random, IndexLevel level, bool empty, bool multiple)
    {
        var kinds = new List<(string Keyword, string[] Values)>
        {
            ("PatientName", Names), ("PatientID", Ids), ("StudyDate", Dates), ("StudyTime", Times), ("StudyDescription", Descriptions), ("PatientSex", ["M", "F"]),
            ("AccessionNumber", ["A1", "A2", "B1"]), ("ModalitiesInStudy", Modalities), ("OtherPatientIDs", ["A", "B", "D", "E"]), ("PatientWeight", ["70", "82.50", "1"]),
        };
        if (level >= IndexLevel.Series)
        {
            kinds.AddRange([("Modality", Modalities), ("SeriesDescription", Descriptions), ("SeriesNumber", ["1", "3"]), ("BodyPartExamined", ["HEAD", "KNEE"])]);
            kinds.AddRange([("RequestAttributesSequence.ScheduledProcedureStepID", Steps), ("RequestAttributesSequence.RequestedProcedureID", Steps)]);
        }

        if (level == IndexLevel.Instance)
            kinds.AddRange([("InstanceNumber", ["1", "10"]), ("KVP", ["120", "80"]), ("SliceThickness", ["1", "2.5"]), ("ImageType", ["PRIMARY", "DERIVED"])]);
        var keys = new List<(string Key, string Value)>();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var (keyword, values) = kinds[random.Next(kinds.Count)];
            if (keys.Exists(key => key.Key == keyword))
                continue;
            var vr = DicomDictionary.Find(keyword.Split('.')[^1])!.VRs[0];
            keys.Add((keyword, Value(random, vr, values, empty, multiple)));
        }

        return keys;
    }

    private static string Value(Random random, DicomVR vr, string[] values, bool empty, bool multiple)
    {
        var value = values[random.Next(values.Length)];
        if (empty && random.Next(4) == 0)
            return "\"\"";
        if (value.Length == 0)
            return value;
        if (vr is DicomVR.DA or DicomVR.TM)
        {
            return random.Next(4) switch
            {
                0 => value,
                1 => $"{value}-",
                2 => $"-{value}",
                _ => $"{value}-{values.Where(other => other.Length > 0).ElementAt(random.Next(values.Count(other => other.Length > 0)))}",
            };
        }

        if (multiple && random.Next(3) == 0)
            return $"{value}\\{values.First(other => other.Length > 0)}";
        if (vr is DicomVR.CS && random.Next(4) == 0)
            return $"{value},{values.First(other => other.Length > 0)}";
        if (vr is DicomVR.IS or DicomVR.DS or DicomVR.US)
            return value;
        return random.Next(7) switch
        {
            0 => value[..random.Next(value.Length + 1)] + "*",
            1 => "*" + value[random.Next(value.Length)..],
            2 => "*" + value[(value.Length / 2)..] + "*",
            3 => value[..(value.Length / 2)] + "?" + value[((value.Length / 2) + 1)..],
            4 => value[..1] + "*" + value[^1..],
            5 when vr == DicomVR.PN => value.ToLowerInvariant(),
            _ => value,
        };
    }
}
