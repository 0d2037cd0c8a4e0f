// Page links made by many requests at once.

namespace FhirHub.Server.Tests;

public sealed class PageLinksTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Links_made_at_once_by_many_requests_lead_where_each_of_them_should()
    {
        using var links = PageLinks.Open(_folder);
        var wrong = 0;
        var threads = Enumerable.Range(0, 16).Select(number => new Thread(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var link = new PageLink("Patient", $"name=a{i}", $"cursor {number}");
                try
                {
                    if (links.Unprotect(links.Protect(link), "Patient") != link)
                        Interlocked.Increment(ref wrong);
                }
                catch (System.Security.Cryptography.CryptographicException)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        })).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        Assert.Equal(0, wrong);
    }
}
