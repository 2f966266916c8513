using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;

namespace Hazards.Domain.Tests.Persons;

/// <summary>封存: what is sealed opens with its own key, in its own place, unaltered; and in no other way.</summary>
public sealed class Sealing
{
    private static readonly PersonSeal Seal = Story.Seal;

    [Fact]
    public void What_another_program_sealed_by_the_description_is_opened()
    {
        SealedOnce.WhistleBlower.Open(World.Id, Seal.Key, out var data).ShouldBe(PersonOpening.Opened);
        data.ShouldBe(SealedOnce.Data);
        SealedOnce.Witness.OpenStatement(World.Id, SealedOnce.Statement, Seal.Key, out var said).ShouldBe(PersonOpening.Opened);
        said.ShouldBe(SealedOnce.Said);
    }

    [Fact]
    public void What_is_sealed_is_opened_again_and_looks_otherwise_every_time()
    {
        var (one, other) = (Of(SealedOnce.Data), Of(SealedOnce.Data));
        one.Sealed.ShouldNotBe(other.Sealed);
        foreach (var person in new[] { one, other })
        {
            person.Open(World.Id, Seal.Key, out var data).ShouldBe(PersonOpening.Opened);
            data.ShouldBe(SealedOnce.Data);
        }
    }

    [Fact]
    public void Another_key_does_not_open_it()
    {
        Of(SealedOnce.Data).Open(World.Id, PersonCipher.NewKey(), out var data).ShouldBe(PersonOpening.WrongKey);
        data.ShouldBeNull();
        Of(SealedOnce.Data).Open(World.Id, new byte[16], out _).ShouldBe(PersonOpening.Malformed);
    }

    [Fact]
    public void Moved_to_another_hazard_capacity_or_part_it_does_not_open()
    {
        var person = Of(SealedOnce.Data);
        person.Open(World.OtherId, Seal.Key, out _).ShouldBe(PersonOpening.Altered);
        (person with { Kind = PersonKind.WhistleBlower }).Open(World.Id, Seal.Key, out _).ShouldBe(PersonOpening.Altered);
        (person with { Person = Guid.NewGuid() }).Open(World.Id, Seal.Key, out _).ShouldBe(PersonOpening.WrongKey);
        person.OpenStatement(World.Id, person.Sealed, Seal.Key, out _).ShouldBe(PersonOpening.Altered);
        (person with { Sealed = person.SealStatement(World.Id, "证言", Seal.Key) }).Open(World.Id, Seal.Key, out _)
            .ShouldBe(PersonOpening.Altered);
    }

    [Fact]
    public void No_byte_can_be_changed_added_or_taken_away()
    {
        var sealedOnce = SealedOnce.Witness;
        var bytes = Convert.FromBase64String(sealedOnce.Sealed);
        for (var i = 0; i < bytes.Length; i++)
        {
            var altered = (byte[])bytes.Clone();
            altered[i] ^= 1;
            Open(altered).ShouldNotBe(PersonOpening.Opened, $"byte {i}");
        }
        Open(bytes[..^1]).ShouldNotBe(PersonOpening.Opened);
        Open([.. bytes, 0]).ShouldNotBe(PersonOpening.Opened);
        Open([]).ShouldBe(PersonOpening.Malformed);
        (sealedOnce with { Sealed = "不是 Base64" }).Open(World.Id, Seal.Key, out _).ShouldBe(PersonOpening.Malformed);

        PersonOpening Open(byte[] altered) =>
            (sealedOnce with { Sealed = Convert.ToBase64String(altered) }).Open(World.Id, Seal.Key, out _);
    }

    [Fact]
    public void The_length_does_not_give_a_name_away() =>
        Of(new PersonData("李")).Sealed.Length.ShouldBe(Of(new PersonData("欧阳某某", "0939-1234567")).Sealed.Length);

    [Fact]
    public void Personal_data_do_not_say_themselves_by_accident()
    {
        var given = new ReporterGiven("李某", "13900001111");
        var report = new ReportHazard(ReportSource.Public, World.Wudu, World.Gas, "漏气", "漏气") { Reporter = given, Seal = Seal };
        foreach (var text in new[] { $"{SealedOnce.Data}", $"{given}", $"{report}", $"{new RecordWitness("李某", "13900001111", Statement: "证言")}", $"{Seal}" })
            foreach (var secret in new[] { "李某", "13900001111", "赵某某", "证言", Convert.ToBase64String(Seal.Key), "System.Byte" })
                text.ShouldNotContain(secret);
    }

    [Fact]
    public void What_is_disclosed_is_checked_against_what_the_event_holds()
    {
        var key = Convert.ToBase64String(Seal.Key);
        var disclosed = new DisclosedPerson(World.Id, SealedOnce.Witness, key, SealedOnce.Data)
        {
            SealedStatement = SealedOnce.Statement, Statement = SealedOnce.Said,
        };
        disclosed.Check(SealedOnce.Witness, SealedOnce.Statement).ShouldBe(PersonOpening.Opened);
        (disclosed with { Data = SealedOnce.Data with { Name = "李某" } }).Check(SealedOnce.Witness, SealedOnce.Statement)
            .ShouldBe(PersonOpening.Altered);
        (disclosed with { Statement = "没有闻到" }).Check(SealedOnce.Witness, SealedOnce.Statement).ShouldBe(PersonOpening.Altered);
        (disclosed with { Statement = null, SealedStatement = null }).Check(SealedOnce.Witness, SealedOnce.Statement)
            .ShouldBe(PersonOpening.Altered);
        disclosed.Check(Of(SealedOnce.Data), SealedOnce.Statement).ShouldBe(PersonOpening.Altered);
        (disclosed with { Hazard = World.OtherId }).Check(SealedOnce.Witness, SealedOnce.Statement).ShouldBe(PersonOpening.Altered);
        (disclosed with { Key = Convert.ToBase64String(PersonCipher.NewKey()) }).Check(SealedOnce.Witness, SealedOnce.Statement)
            .ShouldBe(PersonOpening.WrongKey);
        (disclosed with { Key = "短" }).Check(SealedOnce.Witness, SealedOnce.Statement).ShouldBe(PersonOpening.Malformed);
        DomainJson.Write(disclosed).Length.ShouldBeGreaterThan(0);
    }

    private static SealedPerson Of(PersonData data) => SealedPerson.Of(Seal.Person, PersonKind.Witness, World.Id, data, Seal.Key);
}
