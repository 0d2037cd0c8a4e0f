// Attributes that the configuration adds: searches find the same whenever they were added.


namespace FhirHub.Dicomweb.Tests.Search;

public sealed class IndexedAttributesTests : IAsyncLifetime
{
    private readonly Fixture _images = new();

    private sealed class Fixture : SearchFixture
    {
        public string[] Attributes { get; set; } = [];

        protected override DicomwebOptions Configure(DicomwebOptions options) => options with { IndexedAttributes = Attributes };
    }

    public Task InitializeAsync() => _images.InitializeAsync();

    public Task DisposeAsync() => _images.DisposeAsync();

    [Fact]
    public async Task What_was_stored_before_an_attribute_was_indexed_is_found_by_it_too()
    {
        await SearchFixture.StoreAsync(_images.Archive, "1.6.1", "1.6.1.1", "1.6.1.1.1", ("KVP", "120"), ("PatientComments", "tall"));
        await _images.RestartAsync();
        foreach (var attributes in new string[][] { ["KVP", "PatientComments"], [], ["KVP"], ["PatientComments", "KVP"] })
        {
            _images.Attributes = attributes;
            await _images.RestartAsync();
            var study = 2 + (await _images.UidsAsync("studies")).Length;
            await SearchFixture.StoreAsync(_images.Archive, $"1.6.{study}", $"1.6.{study}.1", $"1.6.{study}.1.1", ("KVP", "120"), ("PatientComments", "tall"));

            Assert.Equal(study - 1, (await _images.UidsAsync("studies?PatientComments=tall")).Length);
            Assert.Equal(study - 1, (await _images.UidsAsync("instances?KVP=120")).Length);
            Assert.All(await _images.FindAsync("instances?includefield=KVP"), match => Assert.Equal("120", SearchFixture.Value(match, "00180060")));
        }
    }

    [Fact]
    public void A_name_that_is_none_stops_the_start() =>
        Assert.Contains("NoSuchThing", Assert.Throws<ArgumentException>(() => new AttributeCatalog(["NoSuchThing"])).Message, StringComparison.Ordinal);
}
