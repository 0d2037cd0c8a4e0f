// The way from an ImagingStudy to the viewer tells nobody which there are.

namespace FhirHub.Server.Tests.Imaging;

public class StudyLinkAccessTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    [Fact]
    public async Task Who_has_no_token_is_told_the_same_of_studies_that_there_are_and_of_others()
    {
        const string Uid = "2.25.77";
        var doctor = await server.ClientAsync("user/*.cruds");
        foreach (var id in new[] { "known", Uid })
        {
            var study = $$$"""{"resourceType":"ImagingStudy","id":"{{{id}}}","status":"available","subject":{"display":"A"},"identifier":[{"system":"urn:dicom:uid","value":"urn:oid:{{{Uid}}}"}]}""";
            Assert.Equal(201, (int)(await doctor.SendAsync("PUT", $"ImagingStudy/{id}", study)).StatusCode);
        }

        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(server.Root) };
        Assert.Equal(await AnswerAsync("unknown"), await AnswerAsync("known"));
        Assert.Equal("302 /viewer/viewer?StudyInstanceUIDs=2.25.77 ", await AnswerAsync(Uid));
        Assert.Equal("302 /viewer/viewer?StudyInstanceUIDs=2.25.78 ", await AnswerAsync("2.25.78"));

        async Task<string> AnswerAsync(string id)
        {
            using var answer = await browser.GetAsync($"/viewer/ImagingStudy/{id}");
            return $"{(int)answer.StatusCode} {answer.Headers.Location} {await answer.Content.ReadAsStringAsync()}";
        }
    }
}
