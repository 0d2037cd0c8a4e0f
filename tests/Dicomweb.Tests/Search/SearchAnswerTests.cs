// What answers to searches look like (PS3.18 10.6.3.3).

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb.Tests.Search;

public sealed class SearchAnswerTests(SearchAnswerTests.Fixture images) : IClassFixture<SearchAnswerTests.Fixture>
{
    public sealed class Fixture : SearchFixture, IAsyncLifetime
    {
        async Task IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            await StoreAsync(Archive, "1.8.1", "1.8.1.1", "1.8.1.1.1", dataset =>
            {
                dataset.Set(DicomTags.SpecificCharacterSet, "ISO_IR 100");
                dataset.Set(DicomTags.PatientName, "Müller^Jörg");
                dataset.Set(DicomTags.StudyDate, "20260102");
                dataset.Set(SearchFixture.Element("PatientComments", "says \"hello\""));
                dataset.Set(SearchFixture.Element("SliceThickness", "2.50"));
                dataset.Set(SearchFixture.Element("ImageType", "ORIGINAL\\PRIMARY"));
                dataset.Set(SearchFixture.Element("Manufacturer", "ACME"));
                dataset.Set(SearchFixture.Element("Rows", "512"));
            });
        }
    }

    [Fact]
    public async Task A_study_has_the_required_attributes_in_the_order_of_their_tags()
    {
        var study = Assert.Single(await images.FindAsync("studies"));
        var tags = study.EnumerateObject().Select(attribute => attribute.Name).ToArray();
        Assert.Equal(
            [
                "00080005", "00080020", "00080030", "00080050", "00080056", "00080061", "00080090", "00080201", "00081030", "00081190", "00100010",
                "00100020", "00100030", "00100040", "0020000D", "00200010", "00201206", "00201208",
            ],
            tags);
        Assert.Equal("ISO_IR 192", SearchFixture.Value(study, "00080005"));
        Assert.Equal("ONLINE", SearchFixture.Value(study, "00080056"));
        Assert.Equal("CT", SearchFixture.Value(study, "00080061"));
        Assert.Equal($"{images.Base}/studies/1.8.1", SearchFixture.Value(study, "00081190"));
        Assert.Equal("1", SearchFixture.Value(study, "00201206"));
        Assert.Equal("1", SearchFixture.Value(study, "00201208"));
        Assert.Equal("Müller^Jörg", study.GetProperty("00100010").GetProperty("Value")[0].GetProperty("Alphabetic").GetString());
        Assert.Equal("{\"vr\":\"SH\"}", study.GetProperty("00080050").GetRawText());
    }

    [Fact]
    public async Task Series_and_instances_tell_of_the_levels_that_the_address_does_not_name()
    {
        var series = Assert.Single(await images.FindAsync("studies/1.8.1/series"));
        Assert.Equal("CT", SearchFixture.Value(series, "00080060"));
        Assert.Equal("1", SearchFixture.Value(series, "00201209"));
        Assert.Equal($"{images.Base}/studies/1.8.1/series/1.8.1.1", SearchFixture.Value(series, "00081190"));
        Assert.False(series.TryGetProperty("00100010", out _));
        Assert.True(Assert.Single(await images.FindAsync("series")).TryGetProperty("00100010", out _));

        var instance = Assert.Single(await images.FindAsync("studies/1.8.1/series/1.8.1.1/instances"));
        Assert.Equal("1.8.1.1.1", SearchFixture.Value(instance, "00080018"));
        Assert.Equal("512", SearchFixture.Value(instance, "00280010"));
        Assert.Equal($"{images.Base}/studies/1.8.1/series/1.8.1.1/instances/1.8.1.1.1", SearchFixture.Value(instance, "00081190"));
        Assert.False(instance.TryGetProperty("00080060", out _));
        Assert.True(Assert.Single(await images.FindAsync("studies/1.8.1/instances")).TryGetProperty("00080060", out _));
        Assert.True(Assert.Single(await images.FindAsync("instances")).TryGetProperty("0020000D", out _));
    }

    [Theory]
    [InlineData("0009xx01:\u00C4\u5F20")]
    [InlineData("0009xx01:A\r\nX-Other: 1")]
    [InlineData("0009xx01:A\0\u007F")]
    public async Task What_a_client_writes_can_be_no_more_of_a_header_than_its_text(string name)
    {
        using var answer = await images.Client.GetAsync($"studies?includefield={Uri.EscapeDataString(name)}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var warning = Assert.Single(answer.Headers.GetValues("Warning"));
        Assert.Contains("0009xx01", warning, StringComparison.Ordinal);
        Assert.DoesNotContain(warning, static character => character is < ' ' or > '~');
        Assert.False(answer.Headers.Contains("X-Other"));
    }

    [Theory]
    [InlineData("includefield=PatientComments")]
    [InlineData("includefield=00104000")]
    [InlineData("includefield=00080020,PatientComments")]
    [InlineData("includefield=StudyDate%2CPatientComments")]
    [InlineData("includefield=StudyDate&includefield=PatientComments")]
    [InlineData("includefield=all")]
    [InlineData("PatientComments=")]
    [InlineData("PatientComments=*hello*")]
    public async Task What_is_asked_for_is_returned(string query) =>
        Assert.Equal("says \"hello\"", SearchFixture.Value(Assert.Single(await images.FindAsync($"studies?{query}")), "00104000"));

    [Fact]
    public async Task Instances_return_any_attribute_that_they_have()
    {
        var instance = Assert.Single(await images.FindAsync("studies/1.8.1/series/1.8.1.1/instances?includefield=SliceThickness,ImageType,Manufacturer,PatientID,AvailableTransferSyntaxUID"));
        Assert.Equal("2.50", SearchFixture.Value(instance, "00180050"));
        Assert.Equal("ORIGINAL", SearchFixture.Value(instance, "00080008"));
        Assert.Equal("ACME", SearchFixture.Value(instance, "00080070"));
        Assert.Equal("P", SearchFixture.Value(instance, "00100020"));
        Assert.Equal("1.2.840.10008.1.2.1", SearchFixture.Value(instance, "00083002"));
        var tags = instance.EnumerateObject().Select(attribute => attribute.Name).ToArray();
        Assert.Equal(tags.Order(StringComparer.Ordinal), tags);
    }

    [Fact]
    public async Task What_a_level_does_not_have_is_left_out_and_told()
    {
        var warning = Assert.Single(await images.WarningsAsync("studies?includefield=Modality"));
        Assert.Contains("00080060", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_found_is_an_empty_list()
    {
        Assert.Empty(await images.FindAsync("studies?PatientID=nobody"));
        using var answer = await GetAsync("studies?PatientID=nobody", "multipart/related; type=\"application/dicom+xml\"");
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    [Fact]
    public async Task Matches_are_parts_of_XML_where_that_is_accepted()
    {
        using var answer = await GetAsync("studies", "multipart/related; type=\"application/dicom+xml\"");
        Assert.Equal("multipart/related", answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("<FamilyName>Müller</FamilyName>", text, StringComparison.Ordinal);
        Assert.Contains("keyword=\"StudyInstanceUID\"", text, StringComparison.Ordinal);
        Assert.EndsWith("--\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", "application/json")]
    [InlineData("*/*", "application/dicom+json")]
    public async Task Json_is_what_is_said_of_it(string accept, string type)
    {
        using var answer = await GetAsync("studies", accept);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task What_no_answer_can_be_is_not_acceptable() => Assert.Equal(406, (await images.RefusedAsync("studies", "text/html")).Status);

    [Fact]
    public async Task The_address_is_the_one_that_the_client_sees()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "studies");
        request.Headers.Host = "images.example:8443";
        using var answer = await images.Client.SendAsync(request);
        Assert.Contains("http://images.example:8443/dicomweb/studies/1.8.1\"", Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> GetAsync(string address, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        return await images.Client.SendAsync(request);
    }
}
