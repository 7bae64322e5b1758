package dev.vfaas.provision.ingress;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A name server on a free port of loopback (RFC 1035, over UDP) that knows a few names, and for some of them another name. */
final class NameServer implements AutoCloseable {
    private final DatagramSocket socket;
    private final Map<String, List<String>> addresses;
    private final Map<String, String> aliases;

    /** @param addresses by name, of both families; @param aliases CNAME records */
    NameServer(Map<String, List<String>> addresses, Map<String, String> aliases) throws IOException {
        this.addresses = addresses;
        this.aliases = aliases;
        this.socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(this::serve);
    }

    Names names() {
        return new Names("dns://127.0.0.1:" + socket.getLocalPort());
    }

    private void serve() {
        byte[] buffer = new byte[1500];
        while (!socket.isClosed()) {
            try {
                DatagramPacket question = new DatagramPacket(buffer, buffer.length);
                socket.receive(question);
                byte[] answer = answer(question.getData(), question.getLength());
                socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private byte[] answer(byte[] question, int length) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(question, 0, length));
        int id = in.readUnsignedShort();
        in.skipBytes(10);
        StringBuilder asked = new StringBuilder();
        for (int size = in.readUnsignedByte(); size > 0; size = in.readUnsignedByte()) {
            asked.append(asked.isEmpty() ? "" : ".").append(new String(in.readNBytes(size)));
        }
        int type = in.readUnsignedShort();
        List<byte[]> records = new ArrayList<>();
        String name = asked.toString();
        boolean known = addresses.containsKey(name) || aliases.containsKey(name);
        String alias = aliases.get(name);
        if (alias != null) {
            records.add(record(name, 5, labels(alias)));
            name = alias;
        }
        for (String address : addresses.getOrDefault(name, List.of())) {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            if (type == (bytes.length == 4 ? 1 : 28)) {
                records.add(record(name, type, bytes));
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(out);
        data.writeShort(id);
        data.writeShort(known ? 0x8580 : 0x8583);
        data.writeShort(1);
        data.writeShort(records.size());
        data.writeInt(0);
        data.write(labels(asked.toString()));
        data.writeShort(type);
        data.writeShort(1);
        for (byte[] record : records) {
            data.write(record);
        }
        return out.toByteArray();
    }

    private static byte[] record(String name, int type, byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(out);
        data.write(labels(name));
        data.writeShort(type);
        data.writeShort(1);
        data.writeInt(60);
        data.writeShort(content.length);
        data.write(content);
        return out.toByteArray();
    }

    private static byte[] labels(String name) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String label : name.split("\\.")) {
            out.write(label.length());
            out.write(label.getBytes());
        }
        out.write(0);
        return out.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
