// A server that is told to serve no images neither answers for them nor speaks of them.

using System.Net;

namespace FhirHub.Server.Tests.Imaging;

/// <summary>A running server without images.</summary>
public sealed class ServerWithoutImages : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:Dicomweb:Enabled=false"];
}

public class WithoutImagesTests(ServerWithoutImages server) : IClassFixture<ServerWithoutImages>
{
    [Theory]
    [InlineData("/dicomweb/studies")]
    [InlineData("/dicomweb/capabilities")]
    [InlineData("/wado")]
    [InlineData("/viewer/")]
    [InlineData("/health/images")]
    public async Task The_addresses_of_images_answer_404(string address)
    {
        using var response = await server.Client.GetAsync(address);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task The_front_page_and_the_statement_speak_of_no_images()
    {
        var page = await server.Client.GetStringAsync("/");
        Assert.DoesNotContain("dicom", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("viewer", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("fhir/metadata", page, StringComparison.Ordinal);
        Assert.DoesNotContain("dicomweb", await server.Client.GetStringAsync($"{server.Base}/metadata"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("ready", await server.Client.GetStringAsync("/health/ready"));
    }
}
