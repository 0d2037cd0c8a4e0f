namespace FhirHub.Server.Tests;

public class HostTests
{
    [Theory]
    [InlineData("FhirHub:Auth:Mode", "Closed")]
    [InlineData("FhirHub:Storage:Provider", "Oracle")]
    [InlineData("FhirHub:Validation:OnWrite", "Everything")]
    [InlineData("FhirHub:Validation:ProfileRule", "Some")]
    [InlineData("FhirHub:Validation:Profiles:Patients", "http://example.org/p")]
    [InlineData("FhirHub:Validation:Profiles:Patient", "p")]
    [InlineData("FhirHub:Integrity", "Maybe")]
    [InlineData("FhirHub:Integrity", "1")]
    [InlineData("FhirHub:ConditionalDelete", "All")]
    [InlineData("FhirHub:DataPath", "")]
    [InlineData("FhirHub:Limits:PageSize", "0")]
    [InlineData("FhirHub:Limits:BodyBytes", "big")]
    [InlineData("FhirHub:Http:ForwardedHeaders", "perhaps")]
    [InlineData("FhirHub:Dicomweb:Duplicates", "Keep")]
    [InlineData("FhirHub:Dicomweb:InstanceBytes", "0")]
    [InlineData("FhirHub:Dicomweb:PageSize", "20000")]
    [InlineData("FhirHub:Dicomweb:Address", "images.example")]
    [InlineData("FhirHub:Dicomweb:PatientSystem", "local")]
    [InlineData("FhirHub:Dicomweb:PatientIssuers:Clinic", "local")]
    [InlineData("FhirHub:Dicomweb:TimeZone", "Moon")]
    [InlineData("urls", "nonsense")]
    public void A_bad_value_stops_the_start_with_one_line_that_names_the_key(string key, string value)
    {
        var refused = Assert.Throws<ConfigurationException>(() => FhirHost.Build([$"--{key}={value}"]));
        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    public async Task Open_mode_listens_on_loopback_only(string url)
    {
        var data = Directory.CreateTempSubdirectory("fhirhub-test-").FullName;
        await using (var app = FhirHost.Build([$"--urls={url}", $"--FhirHub:DataPath={data}", "--FhirHub:Auth:Mode=Open"]))
        {
            var refused = await Assert.ThrowsAsync<ConfigurationException>(() => app.StartAsync());
            Assert.Contains("FhirHub:Auth:Mode", refused.Message, StringComparison.Ordinal);
        }

        Directory.Delete(data, recursive: true);
    }
}

public class WithoutValidation : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--FhirHub:Validation:OnWrite=Off"];
}

public class WithoutValidationTests(WithoutValidation server) : IClassFixture<WithoutValidation>
{
    [Fact]
    public async Task What_is_missing_or_odd_is_stored_where_validation_is_off_but_nothing_is_lost()
    {
        await server.Client.CreateAsync("Observation", """{"resourceType":"Observation","effectiveDateTime":"recently"}""");
        await (await server.Client.SendAsync("POST", "Observation", """{"resourceType":"Obs""")).FailsAsync(400, "structure");
        await (await server.Client.SendAsync("POST", "Patient", """{"resourceType":"Patient","nam":"lost"}""")).FailsAsync(400, "structure");
    }
}
