// Searches that are made to take long, or to break something.

using System.Globalization;
using System.Text;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb.Tests.Search;

public sealed class HostileSearchTests
{
    private static readonly AttributeCatalog Catalog = new([]);
    private static readonly DicomwebOptions Options = new() { Path = "" };

    [Fact]
    public void Endless_includefields_are_refused()
    {
        var fields = string.Join(',', Enumerable.Range(0, 25_000).Select(number => (0x0018_0000 + number + 0x10).ToString("X8", CultureInfo.InvariantCulture)));

        var refused = Assert.Throws<DicomwebException>(() => Read($"?includefield={fields}", IndexLevel.Instance));
        Assert.Equal(400, refused.Status);
    }

    [Fact]
    public void The_same_includefield_a_thousand_times_is_one() =>
        Assert.Single(Read($"?includefield={string.Join(',', Enumerable.Repeat("PatientName", 5_000))}").Included);

    [Fact]
    public void Endless_keys_are_refused() =>
        Assert.Throws<DicomwebException>(() => Read("?" + string.Join('&', Enumerable.Range(0, 1_000).Select(number => $"0008{number + 0x100:X4}=1"))));

    [Fact]
    public void Paths_without_end_are_refused()
    {
        Assert.Throws<DicomwebException>(() => Read($"?{string.Join('.', Enumerable.Repeat("00400275", 10_000))}=1", IndexLevel.Series));
        Assert.Throws<DicomwebException>(() => Read($"?includefield={string.Join('.', Enumerable.Repeat("00400275", 9))}"));
    }

    [Fact]
    public void Ten_thousand_stars_mean_what_one_means()
    {
        var stars = new string('*', 10_000);
        Assert.Empty(Read($"?PatientName={stars}").Keys);
        Assert.Single(Read($"?PatientName={stars}doe{stars}").Keys);
    }

    [Fact]
    public void A_value_without_end_is_refused() =>
        Assert.Throws<DicomwebException>(() => Read($"?PatientName={string.Concat(Enumerable.Repeat("a*", 5_000))}"));

    [Fact]
    public void Many_stars_take_no_longer_than_the_text_is_long()
    {
        // An engine that goes back at each star would not come to an end.
        var pattern = new WildcardPattern(string.Concat(Enumerable.Repeat("a*", 500)) + "b");
        Assert.False(pattern.IsMatch(new string('a', 16_000)));
    }

    [Fact]
    public void Patterns_at_random_match_as_a_plain_engine_does()
    {
        var random = new Random(FhirHub.Tests.TestSeed.Take());
        for (var round = 0; round < 20_000; round++)
        {
            var pattern = Text(random, "ab*?", random.Next(8));
            var text = Text(random, "ab", random.Next(10));
            Assert.True(Plain(pattern, text) == new WildcardPattern(pattern).IsMatch(text), $"{pattern} on {text}");
        }

        static string Text(Random random, string letters, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => letters[random.Next(letters.Length)]));

        static bool Plain(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text) => pattern.IsEmpty ? text.IsEmpty
            : pattern[0] == '*' ? Plain(pattern[1..], text) || (!text.IsEmpty && Plain(pattern, text[1..]))
            : !text.IsEmpty && (pattern[0] == '?' || pattern[0] == text[0]) && Plain(pattern[1..], text[1..]);
    }

    [Theory]
    [InlineData("?PatientID=%")]
    [InlineData("?PatientID=%zz")]
    [InlineData("?PatientID=%00")]
    [InlineData("?PatientID='; DROP TABLE study;--")]
    [InlineData("?PatientName=%FF%FE")]
    [InlineData("?=x")]
    [InlineData("?&&&")]
    [InlineData("?PatientID")]
    [InlineData("?PatientID=\"")]
    [InlineData("?0029xx08:\"=1")]
    [InlineData("?TimezoneOffsetFromUTC=&StudyDate=")]
    public void Queries_of_any_form_are_read_or_refused(string query)
    {
        try
        {
            Read(query, IndexLevel.Instance);
        }
        catch (DicomwebException refused)
        {
            Assert.Equal(400, refused.Status);
        }
    }

    [Fact]
    public void Queries_at_random_are_read_or_refused()
    {
        var random = new Random(FhirHub.Tests.TestSeed.Take());
        string[] names = ["PatientName", "StudyDate", "StudyTime", "AcquisitionDateTime", "00100020", "includefield", "limit", "offset", "KVP", "ImageType", "RequestAttributesSequence.ScheduledProcedureStepID", "0029xx08:A", "fuzzymatching", "StudyInstanceUID", "ReferencedSOPInstanceUID"];
        for (var round = 0; round < 20_000; round++)
        {
            var query = new StringBuilder("?");
            for (var i = random.Next(4); i >= 0; i--)
            {
                query.Append(names[random.Next(names.Length)]).Append('=');
                for (var k = random.Next(12); k > 0; k--)
                    query.Append("0129.-*?\\,=^%+\"aZ& ~:"[random.Next(21)]);
                query.Append('&');
            }

            try
            {
                Read(query.ToString(), (IndexLevel)random.Next(3));
            }
            catch (DicomwebException refused)
            {
                Assert.Equal(400, refused.Status);
            }
        }
    }

    [Fact]
    public void A_hostile_header_is_no_way_out_of_an_answer()
    {
        using var answer = new AnswerBuffer();
        var request = Read("");
        var members = IndexedInstance.Members(new DicomDataset(), Catalog, IndexLevel.Study);
        new MatchWriter(request, "http://a\"},{\"b", answer) { Modalities = "C\"T" }.Write(new MatchLevel { Uid = "1.2", Members = members }, default, default, []);

        var match = System.Text.Json.JsonDocument.Parse(answer.Written).RootElement;
        Assert.Equal("http://a\"},{\"b/studies/1.2", match.GetProperty("00081190").GetProperty("Value")[0].GetString());
        Assert.Equal("C\"T", match.GetProperty("00080061").GetProperty("Value")[0].GetString());
    }

    private static SearchRequest Read(string query, IndexLevel level = IndexLevel.Study) => SearchParameters.Read(query, level, null, null, Catalog, Options);
}
