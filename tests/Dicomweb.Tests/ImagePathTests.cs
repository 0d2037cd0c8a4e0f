// Addresses of studies, series and instances.

namespace FhirHub.Dicomweb.Tests;

public class ImagePathTests
{
    [Fact]
    public void A_path_is_written_as_its_address()
    {
        Assert.Equal("/studies/1.2", new ImagePath("1.2").ToString());
        Assert.Equal("/studies/1.2/series/1.3", new ImagePath("1.2", "1.3").ToString());
        Assert.Equal("/studies/1.2/series/1.3/instances/1.4", new ImagePath("1.2", "1.3", "1.4").ToString());
    }
}
