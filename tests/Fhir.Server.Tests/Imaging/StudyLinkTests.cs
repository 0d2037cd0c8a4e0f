// From an ImagingStudy to the viewer.

using System.Net;

namespace FhirHub.Server.Tests.Imaging;

public sealed class StudyLinkTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task An_ImagingStudy_leads_to_its_images()
    {
        var (id, _) = await server.Client.CreateAsync("ImagingStudy", """
            {"resourceType":"ImagingStudy","status":"available","subject":{"display":"nobody"},"identifier":[
             {"system":"https://fhirhub.dev/fhir/sid/accession-number","value":"1"},{"system":"urn:dicom:uid","value":"urn:oid:1.2.840.99.1"}]}
            """);
        using var response = await GetAsync(id);
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.Equal("/viewer/viewer?StudyInstanceUIDs=1.2.840.99.1", response.Headers.Location!.ToString());
    }

    [Fact]
    public async Task One_without_a_Study_Instance_UID_leads_nowhere()
    {
        var (id, _) = await server.Client.CreateAsync("ImagingStudy", """{"resourceType":"ImagingStudy","status":"available","subject":{"display":"nobody"}}""");
        using var response = await GetAsync(id);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("urn:dicom:uid", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_not_there_is_not_found()
    {
        using var response = await GetAsync("nothing");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private async Task<HttpResponseMessage> GetAsync(string id)
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler);
        return await client.GetAsync(new Uri(server.Client.BaseAddress!, $"/viewer/ImagingStudy/{id}"));
    }
}
