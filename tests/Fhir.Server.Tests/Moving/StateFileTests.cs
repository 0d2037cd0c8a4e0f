// The server's own records in a file: only when asked, for nobody else to read, and only into a store without its own.

using System.Text;
using System.Text.Json;
using FhirHub.Server;
using FhirHub.Smart;
using FhirHub.Storage;

namespace FhirHub.Tests.Moving;

public class StateFileTests
{
    [Fact]
    public async Task What_lasts_moves_and_what_passes_stays()
    {
        using var folder = new TemporaryFolder();
        await using var source = await MovedStore.OpenAsync(folder["a"]);
        await using var target = await MovedStore.OpenAsync(folder["b"]);
        var expires = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddDays(3).ToUnixTimeMilliseconds());
        foreach (var kind in SmartState.LastingKinds.Concat(SmartState.PassingKinds))
            await PutAsync(source, new StateRecord(kind, "1", Encoding.UTF8.GetBytes($$"""{"of":"{{kind}}","text":"高 <&+"}""")) { Owner = "me", Expires = kind == "grant" ? expires : null });

        Assert.Equal(SmartState.LastingKinds.Count, await StateFile.WriteAsync((IStateStore)source.Store, folder["state"], CancellationToken.None));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["state"]));
        Assert.Equal(SmartState.LastingKinds.Count, await StateFile.RestoreAsync((IStateStore)target.Store, folder["state"], CancellationToken.None));
        Assert.Equal(0, await StateFile.RestoreAsync((IStateStore)target.Store, folder["state"], CancellationToken.None));

        foreach (var kind in SmartState.LastingKinds)
        {
            var (expected, found) = (await FindAsync(source, kind), await FindAsync(target, kind));
            Assert.Equal(("me", expected!.Expires), (found!.Owner, found.Expires));
            Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(expected.Body).RootElement, JsonDocument.Parse(found.Body).RootElement));
        }

        foreach (var kind in SmartState.PassingKinds)
            Assert.Null(await FindAsync(target, kind));
    }

    [Fact]
    public async Task A_file_is_only_readable_for_its_owner_also_if_there_was_one_that_others_could_read()
    {
        using var folder = new TemporaryFolder();
        await using var source = await MovedStore.OpenAsync(folder["a"]);
        folder.Write("state", "old");

        await StateFile.WriteAsync((IStateStore)source.Store, folder["state"], CancellationToken.None);

        Assert.Equal("", await File.ReadAllTextAsync(folder["state"]));
        Assert.Equal(["state"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["state"]));
    }

    [Fact]
    public async Task A_server_with_keys_of_its_own_takes_nothing_of_it()
    {
        using var folder = new TemporaryFolder();
        await using var source = await MovedStore.OpenAsync(folder["a"]);
        await using var target = await MovedStore.OpenAsync(folder["b"]);
        foreach (var kind in SmartState.LastingKinds)
            await PutAsync(source, new StateRecord(kind, "1", """{"from":"source"}"""u8.ToArray()));
        await PutAsync(target, new StateRecord(SmartState.LastingKinds[0], "1", """{"from":"target"}"""u8.ToArray()));
        await StateFile.WriteAsync((IStateStore)source.Store, folder["state"], CancellationToken.None);

        await Assert.ThrowsAsync<InvalidDataException>(() => StateFile.RestoreAsync((IStateStore)target.Store, folder["state"], CancellationToken.None));

        foreach (var kind in SmartState.LastingKinds.Skip(1))
            Assert.Null(await FindAsync(target, kind));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"kind":"session","id":"1","body":{}}""")]
    [InlineData("""{"kind":"account","id":"1","body":"x"}""")]
    [InlineData("""{"kind":"account","body":{}}""")]
    public async Task A_line_that_export_does_not_write_is_refused(string line)
    {
        using var folder = new TemporaryFolder();
        await using var target = await MovedStore.OpenAsync(folder["b"]);
        folder.Write("state", line);

        await Assert.ThrowsAsync<InvalidDataException>(() => StateFile.RestoreAsync((IStateStore)target.Store, folder["state"], CancellationToken.None));
    }

    [Fact]
    public void Every_kind_of_the_authorization_server_either_lasts_or_passes()
    {
        var state = new SmartState(null!);
        var kinds = typeof(SmartState).GetProperties(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic)
            .Where(static property => property.PropertyType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(StateSet<>))
            .Select(property => (string)property.PropertyType.GetProperty("Kind")!.GetValue(property.GetValue(state))!);

        Assert.Empty(kinds.Except(SmartState.LastingKinds.Concat(SmartState.PassingKinds), StringComparer.Ordinal));
        Assert.Empty(SmartState.LastingKinds.Intersect(SmartState.PassingKinds, StringComparer.Ordinal));
    }

    private static async Task PutAsync(MovedStore store, StateRecord record) => Assert.NotNull(await ((IStateStore)store.Store).PutAsync(record, null, CancellationToken.None));

    private static ValueTask<StateRecord?> FindAsync(MovedStore store, string kind) => ((IStateStore)store.Store).FindAsync(kind, "1", CancellationToken.None);
}
