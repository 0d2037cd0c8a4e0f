// Searches that find more studies than are listed and sorted: each walks an index in the order of the answer, and answers the same.

using System.Globalization;
using System.Text.Json;
using FhirHub.Sqlite;

namespace FhirHub.Dicomweb.Tests.Search;

public sealed class LargeSearchTests(LargeSearchTests.Fixture images) : IClassFixture<LargeSearchTests.Fixture>
{
    private const int Studies = 1_400;

    private static readonly string[] Names = ["Smith^Anna", "Schmidt^Anna", "Singh^Jürgen", "Wang^XiaoDong=王^小东", "Brown[2]^Max", ""];

    public sealed class Fixture : SearchFixture, IAsyncLifetime
    {
        protected override DicomwebOptions Configure(DicomwebOptions options) => options with { Pinyin = Readings };

        async Task IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            await Task.WhenAll(Enumerable.Range(0, Studies).Select(study => StoreAsync(Archive, $"1.9.{study}", $"1.9.{study}.1", $"1.9.{study}.1.1", [.. Attributes(study)])));
        }

        // Dates of three years, some of them alike, some without time, and some studies without a date.
        private static IEnumerable<(string, string)> Attributes(int study)
        {
            yield return ("PatientID", $"P{study % 700}");
            yield return ("PatientName", Names[study % Names.Length]);
            yield return ("PatientSex", study % 5 < 3 ? "F" : "M");
            yield return ("Modality", study % 2 == 0 ? "MR" : "CT");
            yield return ("BodyPartExamined", "HEAD");
            if (study % 11 != 0)
                yield return ("StudyDate", new DateOnly(2024, 1, 1).AddDays(study * 37 % 1_000).ToString("yyyyMMdd", CultureInfo.InvariantCulture));
            if (study % 3 != 0)
                yield return ("StudyTime", $"{study % 24:D2}3000");
        }

        private static string[] Readings(string name) => name.Contains('王', StringComparison.Ordinal) ? ["wang xiao dong", "wxd"] : [];
    }

    [Theory]
    [InlineData("")]
    [InlineData("&ModalitiesInStudy=MR")]
    [InlineData("&PatientSex=F&ModalitiesInStudy=MR")]
    [InlineData("&ModalitiesInStudy=MR&StudyDate=20240301-20260115")]
    [InlineData("&StudyDate=20240301-20260115")]
    [InlineData("&StudyDate=20240410-")]
    [InlineData("&StudyDate=-20240410")]
    [InlineData("&PatientName=S*")]
    [InlineData("&PatientName=*a*")]
    [InlineData("&PatientName=*[2]*")]
    [InlineData("&PatientName=?????^*")]
    [InlineData("&PatientName=S*&PatientSex=M&StudyDate=20240301-20260115")]
    [InlineData("&PatientName=smyth&fuzzymatching=true")]
    [InlineData("&PatientName=wangxiao&fuzzymatching=true")]
    [InlineData("&PatientName=s*&fuzzymatching=true")]
    public async Task Pages_are_those_of_all_that_plain_evaluation_finds(string keys)
    {
        var all = await images.FindAsync("studies?limit=10000");
        var expected = all.Where(study => Fulfils(study, keys)).Select(study => SearchFixture.Value(study, "0020000D")!).ToArray();
        Assert.Equal(Studies, all.Length);
        Assert.NotEmpty(expected);
        Assert.Equal(all.Select(Order).OrderDescending(StringComparer.Ordinal), all.Select(Order));

        Assert.Equal(expected, await images.UidsAsync($"studies?limit=10000{keys}"));
        Assert.Equal(expected.Length, await images.CountAsync($"studies?limit=10000{keys}"));
        foreach (var offset in new[] { 0, 1, 30, expected.Length / 2, expected.Length - 1, expected.Length, expected.Length + 1_000 })
            Assert.Equal(expected.Skip(offset).Take(20), await images.UidsAsync($"studies?limit=20&offset={offset}{keys}"));
    }

    [Fact]
    public async Task An_index_of_the_first_layout_is_brought_forward_with_all_that_it_finds()
    {
        var before = await images.UidsAsync("studies?limit=10000");
        var named = await images.UidsAsync("studies?limit=10000&PatientName=*a*");
        await images.RestartAsync(index =>
        {
            using var connection = new Connection(index, readOnly: false, cacheMegabytes: 1);
            connection.Execute(
                """
                BEGIN; DROP TABLE attribute; DROP TABLE study_name; DROP TABLE study_span; DELETE FROM path WHERE path LIKE '%~%';
                CREATE TABLE attribute(path INTEGER NOT NULL, value TEXT NOT NULL, owner INTEGER NOT NULL, PRIMARY KEY(path, value, owner)) WITHOUT ROWID;
                PRAGMA user_version = 1; COMMIT
                """);
        });

        Assert.Empty(await images.Archive.VerifyAsync(CancellationToken.None));
        Assert.Equal(before, await images.UidsAsync("studies?limit=10000"));
        Assert.Equal(named, await images.UidsAsync("studies?limit=10000&PatientName=*a*"));
        Assert.NotEmpty(await images.UidsAsync("studies?PatientName=smyth&fuzzymatching=true"));
        Assert.Equal(before.Skip(900).Take(10), await images.UidsAsync("studies?limit=10&offset=900"));
    }

    private static string Order(JsonElement study) =>
        SearchFixture.Value(study, "00080020") is { } date ? date + (SearchFixture.Value(study, "00080030") ?? "000000") : "";

    private static bool Fulfils(JsonElement study, string keys)
    {
        var name = study.GetProperty("00100010").TryGetProperty("Value", out var values) ? values[0].GetProperty("Alphabetic").GetString()!.ToUpperInvariant() : "";
        foreach (var pair in keys.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(key => key.Split('=')))
        {
            var fulfils = (pair[0], pair[1]) switch
            {
                ("ModalitiesInStudy", _) => SearchFixture.Value(study, "00080061") == pair[1],
                ("PatientSex", _) => SearchFixture.Value(study, "00100040") == pair[1],
                ("StudyDate", var range) => SearchFixture.Value(study, "00080020") is { } date && range.Split('-') is [var from, var to]
                    && (from.Length == 0 || string.CompareOrdinal(date, from) >= 0) && (to.Length == 0 || string.CompareOrdinal(date, to) <= 0),
                ("PatientName", "S*" or "s*") => name.StartsWith('S'),
                ("PatientName", "*a*") => name.Contains('A', StringComparison.Ordinal),
                ("PatientName", "*[2]*") => name.Contains("[2]", StringComparison.Ordinal),
                ("PatientName", "?????^*") => name.IndexOf('^', StringComparison.Ordinal) == 5,
                ("PatientName", "smyth") => name.StartsWith("SMITH", StringComparison.Ordinal),
                ("PatientName", "wangxiao") => name.StartsWith("WANG", StringComparison.Ordinal),
                _ => true,
            };
            if (!fulfils)
                return false;
        }

        return true;
    }
}
