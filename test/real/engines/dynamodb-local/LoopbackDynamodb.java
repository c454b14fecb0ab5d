import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.io.OutputStream;
import java.lang.reflect.Field;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * DynamoDB Local on a free port of 127.0.0.1. Its own main listens on all interfaces and has no option for it, so this
 * one sets the address of its web server before the start. It prints where it listens and ends with standard input.
 */
public final class LoopbackDynamodb {
  public static void main(String[] args) throws Exception {
    String[] options = {"-inMemory", "-disableTelemetry"};
    DynamoDBProxyServer dynamodb = ServerRunner.createServerFromCommandLineArgs(options);
    ServerConnector connector = connectorOf(dynamodb);
    connector.setHost("127.0.0.1");
    connector.setPort(0);
    dynamodb.safeStart();
    System.out.printf("{\"url\":\"http://127.0.0.1:%d\"}%n", connector.getLocalPort());
    System.in.transferTo(OutputStream.nullOutputStream());
    // The data is in memory: there is nothing to close in order.
    Runtime.getRuntime().halt(0);
  }

  private static ServerConnector connectorOf(DynamoDBProxyServer dynamodb) throws ReflectiveOperationException {
    Field server = DynamoDBProxyServer.class.getDeclaredField("server");
    server.setAccessible(true);
    return (ServerConnector) ((Server) server.get(dynamodb)).getConnectors()[0];
  }
}
