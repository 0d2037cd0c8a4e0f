// The verb package against a server that asks for tokens.

using FhirHub.Smart;

namespace FhirHub.Server.Tests.Packages;

public class RemoteServerTests(SmartFixture server) : IClassFixture<SmartFixture>
{
    [Fact]
    public async Task A_server_that_asks_for_tokens_is_worked_on_with_that_of_an_administrator()
    {
        using var nobody = new RemoteServer(new Uri(server.Base), null);
        await Assert.ThrowsAsync<PackageException>(() => nobody.ListAsync(CancellationToken.None));

        using var administrator = new RemoteServer(new Uri(server.Base), await server.TokenAsync("user/*.cruds", role: AccountRole.Administrator));
        Assert.Empty(await administrator.ListAsync(CancellationToken.None));
    }
}
