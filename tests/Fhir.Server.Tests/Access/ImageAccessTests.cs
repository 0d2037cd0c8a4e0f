// What requests to the image service need, and which studies a scope comes to.

using FhirHub.Search;
using FhirHub.Smart;
using FhirHub.Tests;

namespace FhirHub.Server.Tests.Access;

public class ImageAccessTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    private static SmartAccessScope Of(string scopes, string? patient = null) => SmartAccessScope.Of(
        ScopeConstraints.Standard, ScopeSet.Parse(scopes), new Grant { ClientId = "c", AccountId = "a", Scope = scopes, Context = new LaunchContext { Patient = patient } },
        new Client { Id = "c", Name = "c" }, new Account { Id = "a", UserName = "a", Role = AccountRole.Practitioner });

    [Theory]
    [InlineData("GET", "/dicomweb/studies", AccessLetter.Search)]
    [InlineData("HEAD", "/DICOMweb/Studies/", AccessLetter.Search)]
    [InlineData("GET", "/dicomweb/studies/count", AccessLetter.Search)]
    [InlineData("GET", "/dicomweb/studies/1.2/series", AccessLetter.Search)]
    [InlineData("GET", "/dicomweb/studies/1.2/series/1.3/instances/count", AccessLetter.Search)]
    [InlineData("GET", "/dicomweb/instances", AccessLetter.Search)]
    [InlineData("GET", "/dicomweb/studies/1.2", AccessLetter.Read)]
    [InlineData("GET", "/dicomweb/studies/1.2/metadata", AccessLetter.Read)]
    [InlineData("GET", "/dicomweb/studies/1.2/series/1.3/instances/1.4/frames/1", AccessLetter.Read)]
    [InlineData("GET", "/dicomweb/studies/1.2/rendered", AccessLetter.Read)]
    [InlineData("GET", "/dicomweb/wado", AccessLetter.Read)]
    [InlineData("GET", "/wado", AccessLetter.Read)]
    [InlineData("GET", "/dicomweb/changefeed", AccessLetter.Read | AccessLetter.Search)]
    [InlineData("GET", "/dicomweb/changefeed/latest", AccessLetter.Read | AccessLetter.Search)]
    [InlineData("POST", "/dicomweb/studies", AccessLetter.Create)]
    [InlineData("POST", "/dicomweb/studies/1.2", AccessLetter.Create)]
    [InlineData("PUT", "/dicomweb/studies/1.2/series/1.3/instances/1.4", AccessLetter.Create | AccessLetter.Update)]
    [InlineData("DELETE", "/dicomweb/studies/1.2", AccessLetter.Delete)]
    [InlineData("GET", "/dicomweb/capabilities", AccessLetter.None)]
    [InlineData("OPTIONS", "/dicomweb", AccessLetter.None)]
    public void Each_service_has_its_letter(string method, string path, AccessLetter letters) => Assert.Equal(letters, ImageAccess.LetterOf(method, path));

    [Fact]
    public void A_scope_comes_to_the_studies_of_its_patients()
    {
        Assert.True(ImageAccess.ScopeOf(Of("user/ImagingStudy.rs"), AccessLetter.Read).IsFull);
        Assert.Equal(["a"], ImageAccess.ScopeOf(Of("patient/ImagingStudy.rs", "a"), AccessLetter.Read).Patients!);
        Assert.Empty(ImageAccess.ScopeOf(Of("patient/ImagingStudy.r", "a"), AccessLetter.Search).Patients!);
        Assert.Equal(["a"], ImageAccess.ScopeOf(Of("patient/ImagingStudy.r user/ImagingStudy.s", "a"), AccessLetter.Read | AccessLetter.Search).Patients!);
        Assert.Empty(ImageAccess.ScopeOf(Of("user/ImagingStudy.rs?status=available"), AccessLetter.Read).Patients!);
        Assert.Empty(ImageAccess.ScopeOf(Of("patient/ImagingStudy.rs?status=available", "a"), AccessLetter.Read).Patients!);
        Assert.Equal(["a"], ImageAccess.ScopeOf(Of("user/ImagingStudy.rs?status=available patient/ImagingStudy.rs", "a"), AccessLetter.Read).Patients!);
        Assert.Equal(["b"], ImageAccess.ScopeOf(Of("user/ImagingStudy.rs?patient=Patient/b"), AccessLetter.Read).Patients!);
    }

    [Theory]
    [Covers(CoversAttribute.Smart, 95)]
    [InlineData("GET", "/dicomweb/studies", "s", 200)]
    [InlineData("GET", "/dicomweb/studies/1.2.3", "r", 404)]
    [InlineData("GET", "/dicomweb/studies/1.2.3/series/1.2.4/instances/1.2.5/rendered", "r", 404)]
    [InlineData("DELETE", "/dicomweb/studies/1.2.3", "d", 404)]
    public async Task A_request_needs_its_letter_and_says_so_in_the_bodies_of_the_service(string method, string path, string letter, int status)
    {
        using var nobody = new HttpClient();
        var none = await nobody.SendAsync(method, server.Root + path);
        Assert.Equal(401, (int)none.StatusCode);
        Assert.Equal("Bearer", none.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("application/problem+json", none.Content.Headers.ContentType!.MediaType);
        var others = await server.ClientAsync($"user/ImagingStudy.{new string([.. "cruds".Where(other => other != letter[0])])}");
        var refused = await others.SendAsync(method, server.Root + path);
        Assert.Equal(403, (int)refused.StatusCode);
        Assert.Contains("insufficient_scope", refused.Headers.WwwAuthenticate.Single().Parameter, StringComparison.Ordinal);
        var enough = await server.ClientAsync($"user/ImagingStudy.{letter}");
        Assert.Equal(status, (int)(await enough.SendAsync(method, server.Root + path)).StatusCode);
    }
}
